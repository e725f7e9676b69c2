// What a page weighs on the wire, by Chromium's own count (ux-guide §3).
import { bound } from './bounds.mjs';

/** Counts transfers of `page` from now on; `total()` answers bytes, script bytes and the number of requests. */
export async function scales(page) {
  const session = await page.context().newCDPSession(page);
  bound(session);
  await session.send('Network.enable');
  let seen = new Map();
  session.on('Network.requestWillBeSent', ({ requestId, type, request }) => {
    if (!request.url.startsWith('data:')) seen.set(requestId, { type, url: request.url, bytes: 0 });
  });
  session.on('Network.requestServedFromCache', ({ requestId }) => {
    const entry = seen.get(requestId);
    if (entry) entry.cached = true;
  });
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    const entry = seen.get(requestId);
    if (entry) Object.assign(entry, { type, cached: entry.cached || response.fromDiskCache });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const entry = seen.get(requestId);
    if (entry) entry.bytes = encodedDataLength;
  });
  return {
    empty: () => { seen = new Map(); },
    total() {
      const sent = [...seen.values()].filter((entry) => !entry.cached && entry.type !== 'WebSocket');
      const sum = (entries) => entries.reduce((bytes, entry) => bytes + entry.bytes, 0);
      return {
        all: sum(sent),
        script: sum(sent.filter((entry) => entry.type === 'Script')),
        requests: sent.length,
        list: sent.map(({ url, bytes }) => `${bytes}  ${url}`).join('\n'),
      };
    },
  };
}
