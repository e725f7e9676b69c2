// Starts the demo binary in a folder of its own and talks to its desk.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PATIENCE, begin, ended, leash, within } from './bounds.mjs';

/** The program under test. */
export const binary = process.env.KIRU_BINARY ?? new URL('../../../target/debug/kiru', import.meta.url).pathname;
/** How long the desk may think about an answer, in milliseconds. */
const ANSWER = 20_000;

/** A running demo: its addresses, and what a person does at the desk. */
export class Demo {
  /** When each phone got its last message. */
  sent = new Map();

  /**
   * Starts a demo on free ports, with these variables of the environment; `stop()` ends it and removes its data, at the
   * latest when the tests are over.
   */
  static start(environment = {}) {
    return begin('a demo', Demo.#make(environment), (demo) => demo.stop());
  }

  static async #make(environment) {
    const demo = new Demo();
    demo.environment = environment;
    demo.data = mkdtempSync(join(tmpdir(), 'kiru-demo-'));
    try {
      demo.basePort = await freePorts(10);
      await demo.#run();
    } catch (error) {
      demo.#clear();
      throw error;
    }
    return demo;
  }

  async #run() {
    const words = ['demo', '--data', this.data, '--base-port', String(this.basePort)];
    this.process = leash(spawn(binary, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    }));
    this.output = '';
    this.ended = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => resolve({ code, signal }));
      this.process.once('error', (error) => resolve({ code: error.message }));
    });
    const ready = new Promise((resolve) => {
      for (const stream of [this.process.stdout, this.process.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => {
          this.output += text;
          const line = this.output.match(/^READY (.*)$/m);
          if (line) resolve(line[1]);
        });
      }
    });
    const line = await within(PATIENCE, Promise.race([ready, this.ended]), () => `no READY line:\n${this.output}`);
    if (typeof line !== 'string') throw new Error(`the demo ended with ${JSON.stringify(line)}:\n${this.output}`);
    for (const pair of line.trim().split(/\s+/)) {
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      this[name] = value.replace(/\/$/, '');
    }
  }

  /** Ends the process and starts it again on the same data and ports; `between` may change the data. */
  async restart(between = () => {}) {
    await this.#end('SIGTERM');
    between();
    await this.#run();
  }

  async stop() {
    ended(this);
    try {
      await this.#end('SIGTERM');
    } finally {
      this.#clear();
    }
  }

  /** Leaves nothing behind, whatever the process is doing. */
  #clear() {
    this.process?.kill('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
  }

  async #end(signal) {
    this.process.kill(signal);
    const end = await within(30_000, this.ended, () => `the demo does not end:\n${this.output.slice(-2000)}`);
    if (end.code !== 0) throw new Error(`the demo ended with ${JSON.stringify(end)}:\n${this.output.slice(-2000)}`);
  }

  /** What an operator does beside the running demo: a command of the same program on the same data; answers what it says. */
  async operate(...words) {
    const { stdout } = await promisify(execFile)(binary, [...words, '--config', join(this.data, 'kiru.toml')], {
      env: { ...process.env, ...this.environment },
      timeout: PATIENCE,
    });
    return stdout;
  }

  /** Text messages, newest first; the desk forgets them at a restart. */
  async messages() {
    const messages = await (await this.ask('/sms.json')).json();
    for (const { to, at } of messages.toReversed()) this.sent.set(to, at);
    return messages;
  }

  /** Decides who signs next, by login. */
  async signs({ login: person }) {
    await this.post('/signer/person', { person });
  }

  /** Moves the demo's clock: `{ now }` as RFC 3339, or `{ advance }` as an ISO 8601 duration. */
  async clock(change) {
    await this.post('/clock', change);
  }

  /** Posts a form at the desk. */
  async post(path, fields) {
    const answer = await this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.desk },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    if (answer.status >= 400) throw new Error(`POST ${path} ${JSON.stringify(fields)}: ${answer.status} ${await answer.text()}`);
  }

  /** Asks the desk, which answers at once. */
  ask(path, options = {}) {
    return fetch(`${this.desk}${path}`, { ...options, signal: AbortSignal.timeout(ANSWER) });
  }

  /** The newest message, once there are more than `before` and it looks like this. */
  async messageAfter(before, pattern) {
    const end = Date.now() + 10_000;
    for (;;) {
      const messages = await this.messages();
      const found = messages.slice(0, Math.max(0, messages.length - before)).find(({ text }) => pattern.test(text));
      if (found) return found.text;
      if (Date.now() > end) throw new Error(`no such message: ${JSON.stringify(messages.slice(0, 2))}`);
      await pause(50);
    }
  }

  /** Waits until a further code may be sent to the person: a minute after the last one (and three in ten minutes). */
  async untilCodeMayBeSent({ phone }) {
    const last = this.sent.get(phone);
    // By the demo's clock, which may have been set: then nobody has to wait longer than the minute.
    if (last) await pause(Math.min(62_000, Math.max(0, Date.parse(last) + 62_000 - Date.now())));
  }

  /** The newest code, once one came after the first `before` messages; a notice may have come since. */
  async code(before) {
    const code = /\b\d{6}\b/;
    return (await this.messageAfter(before, code)).match(code)[0];
  }
}

export const pause = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));

/** The first of `count` neighbouring ports that are free now. */
export async function freePorts(count) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const base = 20_000 + Math.floor(Math.random() * 4_000) * 10;
    const free = await Promise.all(Array.from({ length: count }, (_, step) => isFree(base + step)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free ports');
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
