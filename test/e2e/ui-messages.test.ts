import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { threeWays } from '../../src/demo/story.js';
import {
  approvedUsers,
  expectMovedOnce,
  handoverOf,
  isVerified,
  movesFrom,
  ownershipsOf,
  statusWhen,
  withStack,
  type Stack,
} from './stack.js';
import { eventually } from './waiting.js';

const run = promisify(execFile);

/** The program prints an empty list as null. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);
const statusShape = z.object({
  stage: z.string(),
  told: listOf(z.string()),
  steps: listOf(z.object({ id: z.string(), state: z.string() })),
  refusals: listOf(z.object({ message: z.string(), code: z.string(), text: z.string() })),
});
const queried = z.object({ queryResult: z.array(statusShape) });
const listed = z.array(z.object({ execution: z.object({ workflowId: z.string() }) }));

/** The `temporal` program, as somebody types it; a developer's own settings stay out. */
function temporalOf({ temporal }: Stack) {
  return async (...args: readonly string[]): Promise<string> => {
    const own = ['--address', temporal, '--namespace', 'default', '--disable-config-env', '--disable-config-file'];
    return (await run(inject('temporalCliPath'), [...args, ...own], { timeout: 60_000, maxBuffer: 32 * 1024 * 1024 })).stdout;
  };
}

/** Splits a printed command line as a shell would: blanks, and single quotes around an input. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The lines for the `temporal` command that the demo prints, without the program and the address, which the test has itself. */
function documentedLines(handover: string, stack: Stack): readonly (readonly string[])[] {
  const told = threeWays(handover, { ui: '', cli: 'temporal', address: stack.temporal, namespace: 'default' });
  const lines = told.split('\n').filter((line) => line.includes('workflow signal'));
  return lines.map((line) => wordsOf(line.trim()).slice(1));
}

test('somebody with nothing but the temporal program hands over, and mistakes are shown and harm nothing', async () => {
  const world = { seed: 8, people: 30, accountsPerPerson: 2, leaver: { accounts: 15, contacts: 10, deals: 0, tickets: 0 } };
  await withStack({ world }, async (stack) => {
    const { sandbox } = stack;
    await Promise.all([stack.worker(), stack.server()]);
    const leaver = await sandbox.leaver();
    const people = await sandbox.people();
    const owned = await ownershipsOf(stack, leaver.hubspot);
    await sandbox.terminate(leaver.bamboohr, stack.lastDay);
    const handover = await handoverOf(stack, leaver.bamboohr);
    await statusWhen(stack, handover, 'release', ({ stage }) => stage === 'awaiting-release');

    const temporal = temporalOf(stack);
    const at = ['--workflow-id', `handover/${handover}`];
    const status = async () => {
      const answer = await temporal('workflow', 'query', ...at, '--type', 'status', '--output', 'json');
      const [found] = queried.parse(JSON.parse(answer)).queryResult;
      return found ?? statusShape.parse(null);
    };
    const signal = (...args: readonly string[]) => temporal('workflow', 'signal', '--identity', 'a-test', ...at, ...args);
    const stageIs = (stage: string) =>
      eventually(
        `${stage} in the list`,
        async () => {
          const found = await temporal('workflow', 'list', '--query', `BatonStage="${stage}"`, '--output', 'json');
          return listed.parse(JSON.parse(found)).some(({ execution }) => execution.workflowId === `handover/${handover}`);
        },
        { everyMs: 500 },
      );

    await stageIs('awaiting-release');
    await signal('--name', 'relase', '--input', '{}');
    await signal('--name', 'told');
    await signal('--name', 'release', '--input', '{"a":1}', '--input-meta', 'encoding=json/protobuf');
    await signal('--name', 'release', '--input', 'CgQxMjM0', '--input-base64', '--input-meta', 'encoding=binary/encrypted');
    const refused = await eventually('four refusals', async () => {
      const now = await status();
      return now.refusals.length >= 4 && now;
    });
    expect(refused.stage).toBe('awaiting-release');
    expect(refused.refusals.map(({ message, code }) => [message, code])).toEqual([
      ['relase', 'unknown-message'],
      ['told', 'invalid-input'],
      ['release', 'invalid-input'],
      ['release', 'invalid-input'],
    ]);
    expect(refused.refusals[2]?.text).toContain('encoding (json/protobuf)');
    expect(refused.refusals[3]?.text).toContain('encoding (binary/encrypted)');
    expect(await temporal('workflow', 'describe', ...at, '--output', 'json')).toContain('WORKFLOW_EXECUTION_STATUS_RUNNING');

    const lines = documentedLines(handover, stack);
    expect(lines).toHaveLength(4);
    for (const [index, line] of lines.entries()) {
      // The plan has to be there before it can be approved: whoever types takes longer than this.
      if (index === lines.length - 1) await eventually('a plan', async () => (await status()).steps.length > 0);
      await run(inject('temporalCliPath'), [...line, '--disable-config-env', '--disable-config-file']);
    }
    const approved = await statusWhen(stack, handover, 'everything proven', isVerified);
    await stageIs('verifying');
    expectMovedOnce(await movesFrom(stack, leaver.hubspot), owned, await approvedUsers(stack, approved, people));

    const now = await status();
    expect(now).toMatchObject({ stage: 'verifying', told: ['leaver', 'team'] });
    expect(now.refusals).toHaveLength(4);

    const shown = `${await temporal('workflow', 'describe', ...at)}\n${await temporal('workflow', 'metadata', ...at)}`;
    expect(shown).toContain('BatonConnection');
    expect(shown).toContain('bamboohr-nl');
    expect(shown).toContain(`Handover ${handover}`);
    expect(shown).toContain('records moved and proven');
    expect(shown).toContain('There is no such message');
    const strings = await sandbox.strings();
    expect(strings.filter((text) => shown.includes(text))).toEqual([]);
  });
});
