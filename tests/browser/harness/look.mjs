// Looks at a page as it stands: axe, sideways scroll, screenshots in three widths and two themes.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = new URL('../screenshots/', import.meta.url).pathname;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SIZES = [[360, 780], [768, 1024], [1280, 900]];
const THEMES = ['light', 'dark'];

/** Everything ux-guide asks of a page at rest. `name` goes into the screenshots' names. */
export async function inspect(window, name) {
  const { page, language } = window;
  const before = page.viewportSize();
  mkdirSync(folder, { recursive: true });
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      const file = join(folder, `${name}-${language}-${width}-${theme}.png`);
      await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
      if (width !== 768) await assertAccessible(page, `${name} ${language} ${width} ${theme}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await assertNoSidewaysScroll(page, `${name} ${language}`);
  await page.setViewportSize(before);
}

export async function assertAccessible(page, where) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe); // by the debugger, so that the page's own policy stays in force
  const violations = await page.evaluate(async (tags) => {
    const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((node) => `    ${node.target.join(' ')}  ${node.failureSummary?.split('\n')[1] ?? ''}`).join('\n')}`);
  }, TAGS);
  assert.deepEqual(violations, [], `axe on ${where}:\n${violations.join('\n')}`);
}

/** 320 px wide, and with text twice as large at 640 px: nothing is wider than the window. */
export async function assertNoSidewaysScroll(page, where) {
  for (const [width, zoom] of [[320, 1], [640, 2]]) {
    await page.setViewportSize({ width, height: 780 });
    const wide = await page.evaluate((factor) => {
      document.documentElement.style.fontSize = `${factor * 100}%`;
      const { scrollWidth, clientWidth } = document.documentElement;
      document.documentElement.style.fontSize = '';
      return scrollWidth - clientWidth;
    }, zoom);
    assert.ok(wide <= 0, `${where} scrolls sideways by ${wide} px at ${width} px and ${zoom * 100} % text`);
  }
}
