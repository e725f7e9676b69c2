// What a sign-in leaves behind in a browser: addresses, Referer headers, storage.
import { PATIENCE, within } from './bounds.mjs';

const decoded = (text) => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/**
 * Writes down from now on every address that the window asks for or is sent to, every Referer, and every value that a form
 * posts. `settle()` waits for the headers that are still being read.
 */
export function tracesOf({ context }) {
  const traces = { addresses: [], referers: [], posted: [] };
  const open = [];
  context.on('request', (request) => {
    traces.addresses.push(request.url());
    open.push(request.allHeaders().then(({ referer }) => referer && traces.referers.push(referer), () => {}));
    if (request.method() !== 'POST') return;
    for (const [name, value] of new URLSearchParams(request.postData() ?? '')) traces.posted.push({ name, value });
  });
  context.on('response', (response) => {
    const { location } = response.headers();
    if (location) traces.addresses.push(location);
  });
  traces.settle = () => within(PATIENCE, Promise.all(open), () => 'headers are still being read');
  return traces;
}

/** Where one of these texts stands in one of those, as it is or decoded. */
export function found(secrets, texts) {
  return secrets.flatMap((secret) => texts
    .filter((text) => text.includes(secret) || decoded(text).includes(secret))
    .map((text) => `${secret} in ${text}`));
}

/** Everything that scripts of the page's origin could have kept, keys described by what they are. */
export const keptBy = (page) => page.evaluate(async () => {
  const answered = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const described = (value) => {
    if (value instanceof CryptoKey) return `${value.type} key${value.extractable ? ', extractable' : ''}`;
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, described(part)]));
    return value;
  };
  const databases = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await answered(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [names, values] = await Promise.all([answered(rows.getAllKeys()), answered(rows.getAll())]);
      databases[`${name}/${store}`] = names.map((key, at) => [key, described(values[at])]);
    }
    database.close();
  }
  return {
    local: { ...localStorage },
    session: { ...sessionStorage },
    caches: 'caches' in globalThis ? await caches.keys() : [],
    cookies: document.cookie,
    state: history.state,
    name: globalThis.name,
    databases,
  };
});
