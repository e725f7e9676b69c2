// Nothing here waits for ever: a wait without an end becomes a failure with a name, and whatever a file of tests has
// started ends with it. Specs take `test`, `before` and `after` from here instead of from `node:test`.
import * as runner from 'node:test';

export { afterEach, beforeEach } from 'node:test';

/** How long one wait may last when nobody has said how long, in milliseconds. */
export const PATIENCE = Number(process.env.KIRU_BROWSER_PATIENCE ?? 60_000);
const TEST = 600_000;
const HOOK = 110_000;
/** How long a file of tests may live after its last test. */
const LINGER = 10_000;

/** The promise, or after so many milliseconds an error that explains itself. */
export async function within(milliseconds, promise, explain) {
  const error = new Error('late'); // made here, for its stack says who waits
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(Object.assign(error, { message: explain() })), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function test(name, action) {
  arm();
  return runner.test(name, { timeout: TEST }, action);
}

export function before(action) {
  arm();
  runner.before(action, { timeout: HOOK });
}

const afterwards = [];

/** Runs when the tests of the file are over; a failure keeps nothing that comes later from running. */
export function after(action) {
  arm();
  afterwards.push(['after', action]);
}

const beginning = new Set();
const running = new Map();

/** Answers what is being started; if nobody has ended it when the tests are over, `end(thing)` does. */
export async function begin(what, starting, end) {
  const noted = starting.then((thing) => {
    running.set(thing, [what, () => end(thing)]);
    return thing;
  });
  beginning.add(noted);
  try {
    return await noted;
  } finally {
    beginning.delete(noted);
  }
}

/** Notes that it was ended. */
export function ended(thing) {
  running.delete(thing);
}

const children = new Set();

/** Lets the child process not outlive this one, however this one ends. */
export function leash(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
// The runner ends a file that takes too long by this signal, which would leave the children behind.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => process.exit(1));

let armed = false;
function arm() {
  if (armed) return;
  armed = true;
  runner.after(endAll, { timeout: 5 * PATIENCE });
}

async function endAll() {
  const faults = [];
  const run = async (what, action) => {
    try {
      await within(PATIENCE, Promise.resolve(action()), () => `does not end within ${PATIENCE / 1000} s`);
    } catch (error) {
      faults.push(`${what}: ${error.message}`);
    }
  };
  for (const [what, action] of afterwards) await run(what, action);
  // A start that failed leaves the others of its `Promise.all` on their way.
  await run('what was being started', () => Promise.allSettled(beginning));
  for (const [thing, [what, end]] of [...running].reverse()) {
    ended(thing);
    await run(what, end);
  }
  // What is still open keeps the process from ending by itself.
  setTimeout(() => {
    console.error(`still open after the tests: ${process.getActiveResourcesInfo()}`);
    process.exit(1);
  }, LINGER).unref();
  if (faults.length > 0) throw new Error(`after the tests:\n${faults.join('\n')}`);
}

const bounded = new WeakSet();

/**
 * Bounds every promise that methods of these objects' classes answer: Playwright itself lets closing, opening, evaluating
 * and resizing take for ever.
 */
export function bound(...objects) {
  for (const object of objects) {
    const kind = Object.getPrototypeOf(object);
    if (bounded.has(kind)) continue;
    bounded.add(kind);
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(kind))) {
      if (typeof value !== 'function' || name === 'constructor' || /^[_$]/.test(name)) continue;
      kind[name] = function inTime(...words) {
        const answer = value.apply(this, words);
        if (!(answer instanceof Promise)) return answer;
        const own = words.map((word) => word?.timeout ?? 0).find((timeout) => timeout > 0) ?? 0;
        const explain = () => `${kind.constructor.name.replace(/^_|\d+$/g, '')}.${name}(${words.filter((word) => word !== undefined).map(short).join(', ')}) does not end`;
        return within(Math.max(PATIENCE, own + 5_000), answer, explain);
      };
    }
  }
}

const short = (word) => (typeof word === 'string' ? JSON.stringify(word.slice(0, 120)) : word instanceof RegExp ? `${word}` : typeof word);
