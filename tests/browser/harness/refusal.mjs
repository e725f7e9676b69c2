// S2, or S3, after a signature that was refused: what it says, in every language, and the one way on that it offers.
import assert from 'node:assert/strict';

import { reach } from './keyboard.mjs';
import { inspect } from './look.mjs';

/** A date in each language; its words do not part at the end of a line. */
const DATE = { kk: '\\d{4}\u00a0ж\\.\u00a0\\d{1,2}\u00a0\\p{L}+', ru: '\\d{1,2}\u00a0\\p{L}+\u00a0\\d{4}\u00a0г\\.', en: '\\d{1,2}\u00a0\\p{L}+\u00a0\\d{4}' };
const CLOCK = '\\d\\d:\\d\\d';

/** By the name of the refusal and the language: what was wrong, and what to do. */
const WORDS = {
  expired: {
    kk: ['Кілттің мерзімі өтті: {date}', 'Басқа кілтті таңдаңыз не жаңасын алыңыз: pki.gov.kz, eGov Mobile'],
    ru: ['Срок действия ключа истёк: {date}', 'Выберите другой ключ или получите новый: pki.gov.kz, eGov Mobile'],
    en: ['The key has expired: {date}', 'Choose another key, or get a new one: pki.gov.kz, eGov Mobile'],
  },
  revoked: {
    kk: ['Сертификат кері қайтарып алынған: {date}', 'Басқа кілтті таңдаңыз не жаңасын алыңыз: pki.gov.kz, eGov Mobile'],
    ru: ['Сертификат отозван: {date}', 'Выберите другой ключ или получите новый: pki.gov.kz, eGov Mobile'],
    en: ['This certificate was revoked: {date}', 'Choose another key, or get a new one: pki.gov.kz, eGov Mobile'],
  },
  'wrong-kind': {
    kk: ['Бұл кілт кіруге жарамайды', 'Адамның кілтін таңдаңыз. Орталықтар мен ақпараттық жүйелердің кілттері кіруге жарамайды'],
    ru: ['Этот ключ не подходит для входа', 'Выберите ключ человека. Ключи центров и информационных систем для входа не годятся'],
    en: ['This key is not one for signing in', 'Choose the key of a person. Keys of authorities and information systems do not sign in'],
  },
  'not-yet-valid': {
    kk: ['Кілт әлі жарамсыз. Басталуы: {date}', 'Осы компьютердегі күнді тексеріңіз не басқа кілтті таңдаңыз'],
    ru: ['Ключ ещё не действует. Начало: {date}', 'Проверьте дату на этом компьютере или выберите другой ключ'],
    en: ['The key is not valid yet. It starts: {date}', 'Check the date on this computer, or choose another key'],
  },
  'unknown-centre': {
    kk: ['Кілтті мұнда қабылданбайтын орталық берген', 'Ұлттық куәландырушы орталық сізге берген кілтті таңдаңыз'],
    ru: ['Ключ выдан центром, который здесь не принимается', 'Выберите ключ, который выдал вам Национальный удостоверяющий центр'],
    en: ['This key was issued by a centre that is not accepted here', 'Choose the key that the National Certification Authority issued to you'],
  },
  'try-later': {
    kk: ['Сертификатты қазір тексеру мүмкін емес. Қайталау уақыты: {clock} (Астана уақыты)', 'Бұл сіздің қатеңіз емес. Қайтарып алынған сертификаттар тізімі жауап бермейді'],
    ru: ['Сейчас сертификат нельзя проверить. Повторите: {clock} (время Астаны)', 'Вы ни в чём не ошиблись. Список отозванных сертификатов не отвечает'],
    en: ['The certificate cannot be checked now. Try again: {clock} (Astana time)', 'This is not your mistake. The list of revoked certificates does not answer'],
  },
  'other-person': {
    kk: ['Бұл кілт басқа адамға тиесілі', 'Сервис онда жұмыс істеп отырған адамды күтеді. Сол адамның кілтін таңдаңыз'],
    ru: ['Этот ключ принадлежит другому человеку', 'Сервис ждёт человека, который в нём работает. Выберите его ключ'],
    en: ['This key belongs to another person', 'The service expects the person who is signed in there. Choose that person’s key'],
  },
  stopped: {
    kk: ['Сіз бұл кілтті мұнда қабылдауды тоқтаттыңыз: {date}', 'Басқа кілтіңізбен кіріңіз. Бұл кілтті кабинеттегі «Кілттер» бөлімінде қайта қабылдауға болады'],
    ru: ['Вы перестали принимать этот ключ здесь: {date}', 'Войдите с другим своим ключом. Снова принимать этот ключ можно в кабинете, в разделе «Ключи»'],
    en: ['You stopped accepting this key here: {date}', 'Sign in with another key of yours. In the cabinet, under Keys, this one can be accepted again'],
  },
  shared: {
    kk: ['Бұл кілт мұнда қабылданбайды: {date} бастап. Оны бірнеше адам пайдаланатын сияқты', 'Басқа кілтіңізбен кіріңіз не мектептің немесе сервистің әкімшісіне жүгініңіз'],
    ru: ['Этот ключ здесь не принимается с {date}: похоже, им пользуются несколько человек', 'Войдите с другим своим ключом или обратитесь к администратору школы или сервиса'],
    en: ['This key is not accepted here since {date}: it seems to be used by several people', 'Sign in with another key of yours. Or ask the office of your school or service'],
  },
};

/** Where a refusal stands: which page, its one next step, and that step's words. */
const S2 = { name: 's2', step: '#continue', words: { kk: 'Қайталап көру', ru: 'Повторить', en: 'Try again' } };
/** The same on the page with the code. */
export const ON_PHONE = { name: 's3', step: '#new', words: { kk: 'Жаңа код көрсету', ru: 'Показать новый код', en: 'Show a new code' } };

/** Waits for the refusal and holds it to its words, to one next step, to the keyboard, to axe and to narrow windows. */
export async function assertRefusal(window, why, { name, step, words } = S2) {
  const { page, language } = window;
  const [said, fix] = WORDS[why][language];
  await page.locator('.summary').waitFor();
  const summary = await page.locator('.summary').innerText();
  const pattern = RegExp.escape?.(said) ?? said.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  assert.match(summary, new RegExp(pattern.replace('\\{date\\}', DATE[language]).replace('\\{clock\\}', CLOCK), 'u'));
  assert.ok((await page.locator('main').innerText()).includes(fix), `${why}, ${language}: ${fix}`);
  const way = page.locator('main .button:visible');
  assert.deepEqual(await way.allInnerTexts(), [words[language]], 'one next step');
  await reach(page, step);
  await reach(page, 'main a.row');
  await assertFits(page);
  await inspect(window, `${name}-${why}`);
}

/** A narrow phone: nothing is wider than the window, and the whole of what was said is in it. */
export async function assertFits(page) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 780 });
  const cut = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll('main *, .summary, .summary *')].filter((one) => {
      const { left, right, width } = one.getBoundingClientRect();
      return width > 1 && (left < 0 || right > clientWidth);
    });
    return [scrollWidth - clientWidth, wide.map((one) => one.outerHTML.slice(0, 80))];
  });
  assert.deepEqual(cut, [0, []], 'nothing is cut at 360 px');
  await page.setViewportSize(before);
}
