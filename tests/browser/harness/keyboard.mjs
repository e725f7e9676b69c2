// A person without a mouse.
import assert from 'node:assert/strict';

/** Goes by Tab to the element and presses Enter there. */
export async function press(page, selector) {
  await reach(page, selector);
  await page.keyboard.press('Enter');
}

/** Goes by Tab, or back by Shift+Tab, to the element, which must be seen to have the focus. */
export async function reach(page, selector, key = 'Tab') {
  await page.locator(selector).first().waitFor();
  for (let step = 0; step < 40; step += 1) {
    const [there, seen] = await page.evaluate((wanted) => {
      const now = document.activeElement;
      const style = getComputedStyle(now);
      const box = now.getBoundingClientRect();
      const inView = box.bottom > 0 && box.top < innerHeight && box.width > 0;
      return [now.matches(wanted), inView && (style.outlineStyle !== 'none' || style.boxShadow !== 'none')];
    }, selector);
    if (there) {
      assert.ok(seen, `the focus on ${selector} is seen`);
      return;
    }
    await page.keyboard.press(key);
  }
  assert.fail(`${key} does not reach ${selector}`);
}
