// eGov Mobile on somebody's phone: what a camera reads from the page, and the phone on the desk.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const reader = readFileSync(createRequire(import.meta.url).resolve('jsqr'), 'utf8');

/** The text of the QR code that this element shows, from its picture as it is on the screen, dark on light; null when it cannot be read. */
export async function readCode(browser, locator) {
  const picture = (await locator.screenshot({ animations: 'disabled' })).toString('base64');
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.addScriptTag({ content: reader });
    return await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      const paper = canvas.getContext('2d');
      paper.drawImage(image, 0, 0);
      const { data, width, height } = paper.getImageData(0, 0, image.width, image.height);
      return globalThis.jsQR(data, width, height, { inversionAttempts: 'dontInvert' })?.data ?? null;
    }, picture);
  } finally {
    await context.close();
  }
}

/** The phone of this person reads a code; answers what its app shows, as `[name, value]` lines. */
export async function scan(demo, { login: person }, code, lang = 'en') {
  await demo.post('/phone/scan', { person, code, lang });
  return (await phone(demo)).shows;
}

/** What the person does in the app: `sign` or `decline`. */
export const decide = (demo, decision) => demo.post('/phone/decide', { decision });

/** The codes that wait and what the app shows. */
export const phone = async (demo) => (await demo.ask('/phone.json')).json();
