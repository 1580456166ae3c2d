import { Command, Option } from 'commander';
import { audiences } from '../domain/words.js';
import { cardKeys } from '../domain/release.js';
import { asPerson, bundles, collect, examples, limit, of, parked, step, wholeNumber } from './arguments.js';
import { check } from './check.js';
import {
  approve,
  pause,
  reassign,
  refuse,
  release,
  resolveParked,
  told,
  undo,
  type ApproveOptions,
  type DeciderOptions,
  type ParkedOptions,
  type ReassignOptions,
  type RefuseOptions,
  type ReleaseOptions,
  type ToldOptions,
  type UndoOptions,
} from './decisions.js';
import { listHandovers, type ListOptions } from './handovers.js';
import { mails, type MailsOptions } from './mails.js';
import { migrate } from './migrate.js';
import { exits, report, type ExitCode, type Io, type Session } from './output.js';
import { addPeople } from './people.js';
import { plan, type PlanOptions } from './plan.js';
import { show, type ShowOptions } from './show.js';
import { addTies } from './ties.js';

/** Runs one command line, `argv` without node and script, and answers the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const session: Session = { io, json: argv.includes('--json') };
  const ended: { code: ExitCode } = { code: exits.done };
  try {
    await createProgram(session, ended).parseAsync([...argv], { from: 'user' });
    return ended.code;
  } catch (error) {
    return report(error, session);
  }
}

const about = `Baton hands over the relationships of people who leave. These commands look and decide; the work is done by the worker.

<handover> is its id (7k2m9q…), handover/<id>, or <connection>/<HRIS record>, such as bamboohr-nl/8: the open one, else the newest.
While a demo runs, its database and Temporal are used where the environment names no others.`;

const exitHelp = `
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 refused by a rule (the error's code says which), 4 something could not be reached.`;

function createProgram(session: Session, ended: { code: ExitCode }): Command {
  const program = new Command('baton')
    .description(about)
    .usage('<command> [options]      (npm run baton -- <command> [options])')
    .option('--json', 'print one JSON document on stdout, everything else on stderr')
    .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
    .configureOutput({
      writeOut: session.io.out,
      writeErr: session.io.err,
      getOutHasColors: () => session.io.colors,
      getErrHasColors: () => session.io.colors,
    })
    .showHelpAfterError('(add --help for what it takes, with examples)')
    .exitOverride()
    .addHelpText('after', exitHelp);
  addLooking(program, session, ended);
  addReleasing(program, session);
  addDeciding(program, session);
  addMending(program, session);
  addPeople(program, session, ended);
  addTies(program, session);
  return program;
}

/** Commands that only look, and `migrate`. */
function addLooking(program: Command, session: Session, ended: { code: ExitCode }): void {
  const mailing = program
    .command('mails')
    .description('show every mail that Baton writes, in every language, with made-up people; sends nothing')
    .option('--preview', 'needed: mails are only sent by handovers')
    .option('--out <folder>', 'also write one HTML page per mail and language')
    .action((options: MailsOptions) => mails(session, options));
  examples(mailing, 'mails --preview', 'mails --preview --json', 'mails --preview --out previews');

  const checking = program
    .command('check')
    .description('see whether everything that Baton needs is there, and what to do where it is not');
  checking.action(async () => {
    ended.code = await check(session);
  });
  examples(checking, 'check', 'check --json');
  const migrating = program
    .command('migrate')
    .description("bring the database's schema up to date")
    .action(() => migrate(session));
  examples(migrating, 'migrate');
  const listing = program
    .command('handovers')
    .description('list open handovers, newest first')
    .option('--all', 'closed ones as well')
    .addOption(limit(50))
    .option('--after <id>', 'go on after this one (the "next" of the page before)')
    .action((options: ListOptions) => listHandovers(session, options));
  examples(listing, 'handovers', 'handovers --all --limit 200 --json');
  const showing = of(program, 'show', 'tell where a handover stands, what it waits for, and which command comes next')
    .option('--records', 'list the records as well')
    .addOption(limit(100))
    .option('--after <id>', 'go on after this record (the "next" of the page before)')
    .action((handover: string, options: ShowOptions) => show(session, handover, options));
  examples(showing, 'show 7k2m9q', 'show bamboohr-nl/8', 'show 7k2m9q --records --limit 500', 'show 7k2m9q --json');
  const planning = of(program, 'plan', 'show whom the planner would propose now; writes nothing')
    .option('--dry-run', 'needed: plans are only made by the handover itself')
    .option('--custodian <person>', 'as if this person (id or work e-mail) were the custodian')
    .action((handover: string, options: PlanOptions) => plan(session, handover, options));
  examples(planning, 'plan 7k2m9q --dry-run', 'plan bamboohr-nl/8 --dry-run --custodian karin@example.com --json');
}

function addReleasing(program: Command, session: Session): void {
  const releasing = decision(
    program,
    'release',
    "HR's first decision: confirm the release card as it stands; before it Baton only reads",
  )
    .option('--set <key=value>', `first change the card: ${cardKeys.join(', ')} (repeatable)`, collect)
    .option('--show-card', 'only show the card, with what --set would make of it; nothing is kept')
    .option('--dry-run', 'the same as --show-card')
    .action((handover: string, options: ReleaseOptions) => release(session, handover, options));
  examples(
    releasing,
    'release 7k2m9q --show-card',
    'release 7k2m9q',
    'release 7k2m9q --set custodian=karin@example.com --set competitor=no --set whoKnows=team',
    'release bamboohr-nl/8 --set lastWorkingDay=2026-11-30 --as soren@example.com --comment "agreed with the manager"',
  );
  const telling = decision(program, 'told', 'put on record who has been told: leaver, then team, then contacts')
    .addOption(new Option('--audience <who>', 'who knows now').choices([...audiences]).makeOptionMandatory())
    .action((handover: string, options: ToldOptions) => told(session, handover, options));
  examples(telling, 'told 7k2m9q --audience leaver', 'told 7k2m9q --audience team', 'told 7k2m9q --audience contacts');
}

function addDeciding(program: Command, session: Session): void {
  const approving = withVersion(withStep(decision(program, 'approve', 'approve a step of the plan, or all that wait')))
    .option('--except <bundles>', 'all but these bundles, which wait as a step of their own (b-3,b-7)', bundles)
    .action((handover: string, options: ApproveOptions) => approve(session, handover, options));
  examples(
    approving,
    'approve 7k2m9q --all',
    'approve 7k2m9q --step s1 --except b-3,b-7',
    'approve 7k2m9q --step s2 --plan-version 2 --as karin@example.com',
  );
  const refusing = withVersion(
    withStep(decision(program, 'refuse', 'refuse a step; others are proposed, or the custodian takes it')),
  )
    .addOption(new Option('--then <what>', 'what happens to it').choices(['replan', 'custodian']))
    .action((handover: string, options: RefuseOptions) => refuse(session, handover, options));
  examples(refusing, 'refuse 7k2m9q --step s1', 'refuse 7k2m9q --step s1 --then custodian --comment "on leave until March"');
  const reassigning = withVersion(
    decision(program, 'reassign', 'give a step, or some of its bundles, to somebody else; it waits for approval again'),
  )
    .addOption(new Option('--step <id>', 'which step').argParser(step).makeOptionMandatory())
    .requiredOption('--successor <person>', 'person id or work e-mail')
    .option('--bundles <bundles>', 'only these (b-1,b-2)', bundles)
    .action((handover: string, options: ReassignOptions) => reassign(session, handover, options));
  examples(
    reassigning,
    'reassign 7k2m9q --step s1 --successor lene@example.com',
    'reassign 7k2m9q --step s1 --bundles b-3 --successor p-2345abcd',
  );
}

function addMending(program: Command, session: Session): void {
  for (const [name, what] of [
    ['retry', 'try again what is parked, once the cause is mended'],
    ['skip', 'give up what is parked, and let the rest go on'],
  ] as const) {
    const resolving = decision(program, name, what)
      .addOption(new Option('--parked <id>', 'which item (k-3)').argParser(parked))
      .option('--all', 'everything that is parked')
      .action((handover: string, options: ParkedOptions) => resolveParked(session, name, handover, options));
    examples(resolving, `${name} 7k2m9q --parked k-3`, `${name} 7k2m9q --all`);
  }
  const undoing = withStep(decision(program, 'undo', 'take back what was moved; also when the handover is closed'))
    .option('--bundles <bundles>', 'only these (b-1,b-2)', bundles)
    .option('--late', 'after the time that the policy allows, with the consent of the CRM administrator')
    .action((handover: string, options: UndoOptions) => undo(session, handover, options));
  examples(
    undoing,
    'undo 7k2m9q --step s1',
    'undo 7k2m9q --all',
    'undo 7k2m9q --step s1 --bundles b-3',
    'undo 7k2m9q --all --late',
  );
  for (const [name, what] of [
    ['pause', 'hold every outward step'],
    ['resume', 'go on after a pause, or after unusually many people left at once'],
  ] as const) {
    const pausing = decision(program, name, what).action((handover: string, options: DeciderOptions) =>
      pause(session, name, handover, options),
    );
    examples(pausing, `${name} 7k2m9q`);
  }
}

function decision(program: Command, name: string, description: string): Command {
  return asPerson(of(program, name, description)).option(
    '--comment <text>',
    'why; kept with the decision, never sent to Temporal',
  );
}

function withStep(command: Command): Command {
  return command.addOption(new Option('--step <id>', 'one step (s1)').argParser(step)).option('--all', 'every step');
}

function withVersion(command: Command): Command {
  return command.option('--plan-version <number>', 'refuse when the plan has changed since this version', wholeNumber);
}
