// What the harness promises of tests that hang or fail: a failure with a name, and nothing left running behind it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { after, before, leash, test, within } from '../harness/bounds.mjs';

const harness = new URL('../harness/', import.meta.url).pathname;
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiru-bounds-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs these lines as a file of tests whose waits last twenty seconds; answers its end, what it said, and what it left. */
async function run(name, lines) {
  const file = join(folder, `${name}.test.mjs`);
  writeFileSync(file, `
import { after, before, bound, test } from '${harness}bounds.mjs';
import { launch, open } from '${harness}browser.mjs';
import { Demo } from '${harness}demo.mjs';
import { HostileProgram } from '${harness}hostile.mjs';
const note = (demo) => console.log('DEMO ' + JSON.stringify([demo.process.pid, demo.data]));
${lines}`);
  const { NODE_TEST_CONTEXT, ...environment } = process.env;
  const child = leash(spawn(process.execPath, ['--test', file], { env: { ...environment, KIRU_BROWSER_PATIENCE: '20000' } }));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text; });
  const code = await within(110_000, new Promise((resolve) => child.once('close', resolve)), () => `${name} does not end:\n${said}`);
  const [pid, data] = JSON.parse(said.match(/DEMO (\[.*\])/)?.[1] ?? '[0,""]');
  assert.ok(pid > 0, said);
  assert.equal(existsSync(`/proc/${pid}`), false, `the demo runs on:\n${said}`);
  assert.equal(existsSync(data), false, `the demo leaves its data:\n${said}`);
  assert.equal(code, 1, said);
  return said;
}

test('a wait that nobody bounded is a failure with a name, and the next test runs', async () => {
  const said = await run('hangs', `
let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
  note(demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});
test('hangs', async () => {
  const { page } = await open(browser, demo);
  await page.evaluate(() => new Promise(() => {}));
});
test('goes on', async () => {
  const { page } = await open(browser, demo);
  await page.goto(demo.desk);
});`);
  assert.match(said, /^not ok 1 - hangs$/m);
  assert.match(said, /Frame\.evaluate\(function\) does not end/);
  assert.match(said, /hangs\.test\.mjs:\d+/, 'where it waits');
  assert.match(said, /^ok 2 - goes on$/m);
});

test('a start that fails ends what was started beside it', async () => {
  const said = await run('half', `
before(async () => {
  const demo = Demo.start();
  demo.then(note);
  await Promise.all([demo, HostileProgram.start(), launch(), Promise.reject(new Error('the fourth does not start'))]);
});
test('is not reached', () => {});`);
  assert.match(said, /the fourth does not start/);
  assert.doesNotMatch(said, /still open/);
});

test('an end that hangs or fails keeps no other from ending', async () => {
  const said = await run('ends', `
let demo;
before(async () => {
  demo = await Demo.start();
  note(demo);
});
after(() => new Promise(() => {}));
after(() => { throw new Error('the second end fails'); });
test('passes', () => {});`);
  assert.match(said, /^ok 1 - passes$/m);
  assert.match(said, /after: does not end within 20 s/);
  assert.match(said, /after: the second end fails/);
});

test('what is still open does not keep a file from ending', async () => {
  const said = await run('open', `
let demo;
before(async () => {
  demo = await Demo.start();
  note(demo);
  setInterval(() => {}, 1000);
});
test('passes', () => {});`);
  assert.match(said, /still open after the tests: .*Timeout/);
});
