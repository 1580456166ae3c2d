import { Argument, Option, type Command } from 'commander';
import { membershipStates } from '../domain/words.js';
import { mandateKinds, mandateLimits } from '../web/list/mandates.js';
import { alumni, erase, type AlumniOptions, type EraseOptions } from './alumni.js';
import { asPerson, examples, limit, of, textOf, timeNumber } from './arguments.js';
import { errands, type ErrandOptions } from './errands.js';
import { introduction, type IntroductionOptions } from './introduction.js';
import { introductions, type IntroductionsOptions } from './introductions.js';
import { legalHold, type LegalHoldOptions } from './legalHold.js';
import { list, type ListingOptions } from './list.js';
import { mandates, type MandateOptions } from './mandates.js';
import type { ExitCode, Session } from './output.js';
import { recall, type RecallOptions } from './recall.js';

/** Adds the commands about relationships, introductions and alumni to the program. */
export function addPeople(program: Command, session: Session, ended: { code: ExitCode }): void {
  addListing(program, session);
  addIntroducing(program, session);
  addAlumni(program, session, ended);
}

function addListing(program: Command, session: Session): void {
  const listing = of(program, 'list', "show the leaver's relationships, or take them in as a list")
    .option('--csv', 'print the CSV of the page (npm run --silent keeps the banner out of it)')
    .option('--apply <file>', 'do what this CSV says, all of it or nothing')
    .option('--dry-run', 'with --apply: only say what it would do')
    .action((handover: string, options: ListingOptions) => list(session, handover, options));
  examples(
    listing,
    'list 7k2m9q',
    'list 7k2m9q --json',
    'list 7k2m9q --csv',
    'list 7k2m9q --apply contacts.csv --dry-run',
    'list bamboohr-nl/8 --apply contacts.csv',
  );
  const checklist = of(program, 'mandates', "the checklist of powers, portals, seats and permits in the leaver's name")
    .addOption(new Option('--add <kind>', 'add a line of this kind').choices([...mandateKinds]))
    .addOption(new Option('--title <text>', 'with --add: what it is').argParser(textOf(mandateLimits.title)))
    .addOption(
      new Option('--detail <text>', 'with --add: what whoever sees to it has to know').argParser(textOf(mandateLimits.detail)),
    )
    .option('--due <day>', 'with --add: by when it is to be done')
    .option('--done <line>', 'tick a line off')
    .option('--open <line>', 'open it again')
    .option('--csv', 'print it as CSV (npm run --silent keeps the banner out of it)')
    .option('--apply <file>', 'write the lines of this CSV, all of them or none; a line without an id is added')
    .action((handover: string, options: MandateOptions) => mandates(session, handover, options));
  examples(
    checklist,
    'mandates 7k2m9q',
    'mandates 7k2m9q --add bank-signature --title "Rabobank, joint" --due 2026-11-30',
    'mandates 7k2m9q --done a-2345abcd',
  );
}

function addIntroducing(program: Command, session: Session): void {
  const looking = of(program, 'introductions', 'show who is introduced to whom, how far it is, and who is asked for what')
    .option('--clean-up', 'only the clean-up list: accounts so quiet that nobody is introduced')
    .action((handover: string, options: IntroductionsOptions) => introductions(session, handover, options));
  examples(looking, 'introductions 7k2m9q', 'introductions 7k2m9q --clean-up', 'introductions bamboohr-nl/8 --json');
  const marking = asPerson(of(program, 'introduction', 'say what took place with one introduction, or decide about its debt'))
    .addArgument(new Argument('<introduction>', 'its id, from `introductions`'))
    .addOption(new Option('--time <number>', 'book the call at this one of the times proposed').argParser(timeNumber))
    .option('--held', 'the call was held')
    .option('--sent', "the leaver's mail, or the successor's note, was sent")
    .option('--contacted', 'the successor has been in touch')
    .option('--refused', 'the contact does not want this successor')
    .option('--no-contact', 'with --refused: the contact wants to hear from nobody')
    .option('--write-off', 'nobody tries any more; needs --reason')
    .addOption(new Option('--reason <text>', 'with --write-off: why').argParser(textOf(400)))
    .option('--keep-trying', 'ask the successor anew; the reminders begin again')
    .action((handover: string, id: string, options: IntroductionOptions) => introduction(session, handover, id, options));
  examples(
    marking,
    'introduction 7k2m9q i-2345abcd --time 2',
    'introduction 7k2m9q i-2345abcd --held',
    'introduction 7k2m9q i-2345abcd --refused --no-contact --as anna@example.com',
    'introduction 7k2m9q i-2345abcd --write-off --reason "the account was closed"',
  );
}

function addAlumni(program: Command, session: Session, ended: { code: ExitCode }): void {
  const who = "person id (p-…), work e-mail, or a leaver's connection and HRIS record";
  const looking = program
    .command('alumni')
    .description('list memberships of the alumni programme: ids, states, days and counts, no address')
    .addArgument(new Argument('[person]', `of one person only: ${who}`))
    .addOption(new Option('--state <state>', 'in this state only').choices([...membershipStates]))
    .addOption(limit(50))
    .option('--after <id>', 'go on after this one (the "next" of the page before)')
    .option('--send-again', 'send mails of which nobody knows whether they arrived, after somebody looked; needs a person')
    .option('--give-up', 'or leave them be; needs a person')
    .action((person: string | undefined, options: AlumniOptions) => alumni(session, person, options));
  examples(
    looking,
    'alumni',
    'alumni --state joined --json',
    'alumni p-2345abcd',
    'alumni bamboohr-nl/8',
    'alumni p-2345abcd --send-again',
  );
  const recalling = program
    .command('recall')
    .description(
      'list whom to tell of vacancies: alumni who asked, with name and address, and who was made redundant and must be asked first',
    )
    .addOption(limit(50))
    .option('--after <id>', 'go on after this one (the "next" of the page before)')
    .action((options: RecallOptions) => recall(session, options));
  examples(recalling, 'recall', 'recall --limit 200 --json');
  const asking = program
    .command('errands')
    .description('list what named people were asked to do for alumni (calls, contacts in the CRM), or tick one off')
    .option('--done <errand>', 'tick this one off')
    .option('--all', 'those that are done, too')
    .addOption(limit(50))
    .action((options: ErrandOptions) => errands(session, options));
  examples(asking, 'errands', 'errands --done e-2345abcd', 'errands --all --json');
  const holding = asPerson(of(program, 'legal-hold', 'stop the clocks that erase what belongs to a departure, or let them go on'))
    .option('--on', 'stop them')
    .option('--off', 'let them go on; what was due meanwhile is erased')
    .addOption(new Option('--reason <text>', 'why; it is kept with the decision').argParser(textOf(400)).makeOptionMandatory())
    .action((handover: string, options: LegalHoldOptions) => legalHold(session, handover, options));
  examples(
    holding,
    'legal-hold 7k2m9q --on --reason "claim 2026-114"',
    'legal-hold 7k2m9q --off --reason "settled" --as karin@example.com',
  );
  const erasing = program
    .command('erase')
    .description('erase what the alumni programme and the network hold about a person; asks first, unless --yes or --json')
    .addArgument(new Argument('<person>', who))
    .option('--yes', 'do not ask')
    .action(async (person: string, options: EraseOptions) => {
      ended.code = await erase(session, person, options);
    });
  examples(erasing, 'erase p-2345abcd', 'erase anna@example.com --yes', 'erase bamboohr-nl/8 --json');
}
