// What a script on the provider's pages could carry away from a browser, and put into another one.

/** Cookies (those of the provider), Web Storage, and every row of IndexedDB with whatever of its keys can be exported. */
export async function carryAway({ context, page }, demo) {
  const cookies = (await context.cookies()).filter(({ name }) => !name.startsWith('diary_'));
  await page.goto(`${demo.issuer}/help`);
  return { cookies, ...(await page.evaluate(read)) };
}

/** Puts all that into a browser that has nothing yet. */
export async function putInto({ context, page }, demo, { cookies, ...stored }) {
  await context.addCookies(cookies);
  await page.goto(`${demo.issuer}/help`);
  await page.evaluate(write, stored);
}

async function read() {
  const answered = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const refused = [];
  // Every way by which the platform gives the bytes of a key away.
  const bytesOf = async (key) => {
    const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey']);
    const ways = {
      jwk: () => crypto.subtle.exportKey('jwk', key),
      [key.type === 'private' ? 'pkcs8' : 'spki']: () => crypto.subtle.exportKey(key.type === 'private' ? 'pkcs8' : 'spki', key),
      wrapped: () => crypto.subtle.wrapKey('jwk', key, wrapping, { name: 'AES-GCM', iv: new Uint8Array(12) }),
    };
    let jwk;
    for (const [way, act] of Object.entries(ways)) {
      try {
        const got = await act();
        if (way === 'jwk') jwk = got;
      } catch (error) {
        refused.push(`${key.type} ${way}: ${error.name}`);
      }
    }
    return { algorithm: key.algorithm, usages: key.usages, jwk };
  };
  const rows = [];
  for (const { name: database, version } of await indexedDB.databases()) {
    const opened = await answered(indexedDB.open(database));
    for (const store of opened.objectStoreNames) {
      const at = () => opened.transaction(store).objectStore(store);
      const [ids, values] = await Promise.all([answered(at().getAllKeys()), answered(at().getAll())]);
      for (const [index, value] of values.entries()) {
        const parts = {};
        for (const [name, part] of Object.entries(value)) parts[name] = part instanceof CryptoKey ? { key: await bytesOf(part) } : { part };
        rows.push({ database, version, store, id: ids[index], parts });
      }
    }
    opened.close();
  }
  return { local: { ...localStorage }, session: { ...sessionStorage }, scripted: document.cookie, rows, refused };
}

async function write({ local, session, rows }) {
  const answered = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const [name, value] of Object.entries(local)) localStorage.setItem(name, value);
  for (const [name, value] of Object.entries(session)) sessionStorage.setItem(name, value);
  for (const { database, version, store, id, parts } of rows) {
    const value = {};
    for (const [name, { key, part }] of Object.entries(parts)) {
      if (!key) value[name] = part;
      else if (key.jwk) value[name] = await crypto.subtle.importKey('jwk', { ...key.jwk, ext: true }, key.algorithm, name !== 'privateKey', key.usages);
    }
    const opening = indexedDB.open(database, version);
    opening.onupgradeneeded = () => opening.result.createObjectStore(store);
    const opened = await answered(opening);
    await answered(opened.transaction(store, 'readwrite').objectStore(store).put(value, id));
    opened.close();
  }
}
