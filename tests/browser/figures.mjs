// Start-up time and memory of the binary named by KIRU_BINARY:  node figures.mjs
import { readFileSync } from 'node:fs';

import { Demo, pause } from './harness/demo.mjs';

const memory = (pid) => (Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024).toFixed(1);

async function started(what, start) {
  const before = performance.now();
  const demo = await start();
  const ready = performance.now() - before;
  await (await fetch(`${demo.issuer}/.well-known/openid-configuration`)).text();
  console.log(`${what}: READY after ${ready.toFixed(0)} ms, first answer after ${(performance.now() - before).toFixed(0)} ms`);
  return demo;
}

const demo = await started('first start (makes keys, people, certificates)', () => Demo.start());
await started('second start', async () => {
  await demo.restart();
  return demo;
});
await pause(3000);
console.log(`memory idle: ${memory(demo.process.pid)} MiB (demo: provider, diary, signer and desk in one process)`);
await demo.stop();
