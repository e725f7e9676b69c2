// One headless Chromium for a test file, and windows in it that watch what is loaded.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const program = (switches) => ({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-default-browser-check', ...switches],
});

/** Starts Chromium, with these switches beside the usual ones; close it in `after`. */
export function launch(switches = []) {
  return chromium.launch(program(switches));
}

/** A Chromium whose settings block all cookies, with one window; `folder` is empty and becomes its profile. */
export async function launchWithoutCookies(folder, language) {
  mkdirSync(join(folder, 'Default'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(folder, { ...program([]), locale: LOCALES[language] });
  context.setDefaultTimeout(15_000);
  return { context, faults: [], language, page: context.pages()[0] };
}

const LOCALES = { kk: 'kk-KZ', ru: 'ru-RU', en: 'en-GB' };

/**
 * A window of somebody's own browser: its own cookies and storage. `window.faults` collects what must not happen:
 * requests to other origins than the demo's and `others`, console errors, page errors, broken answers.
 */
export async function open(browser, demo, { language = 'en', width = 1280, theme = 'light', script = true, cookies = [], others = [], userAgent } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 780 : 900 },
    locale: LOCALES[language],
    colorScheme: theme,
    javaScriptEnabled: script,
    userAgent,
  });
  if (cookies.length > 0) await context.addCookies(cookies);
  return watched(context, demo, language, others);
}

/** The same in a Chromium of its own, whose profile is this folder; closing the window ends it. */
export async function openProfile(folder, demo, { language = 'en' } = {}) {
  const context = await chromium.launchPersistentContext(folder, {
    ...program([]), viewport: { width: 1280, height: 900 }, locale: LOCALES[language], colorScheme: 'light',
  });
  return watched(context, demo, language, []);
}

async function watched(context, demo, language, others) {
  context.setDefaultTimeout(15_000);
  const origins = new Set([demo.issuer, demo.diary, demo.desk, demo.signer, ...others].map((address) => new URL(address).origin));
  const window = { context, faults: [], language, page: undefined };
  const watch = (page) => {
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && !origins.has(origin)) window.faults.push(`loads ${request.url()}`);
    });
    page.on('websocket', (socket) => {
      if (!socket.url().startsWith(demo.signer)) window.faults.push(`opens ${socket.url()}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 500) window.faults.push(`${response.status()} from ${response.url()}`);
    });
    page.on('pageerror', (error) => window.faults.push(`script: ${error.message}`));
    page.on('console', (message) => {
      // Chromium writes a line for each answer of 400 and above; those are asserted where they are expected.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) window.faults.push(`console: ${message.text()}`);
    });
  };
  context.on('page', watch);
  window.page = await context.newPage();
  return window;
}

/** Closes a window and fails on whatever it saw that must not happen. */
export async function close(window) {
  await window.context.close();
  if (window.faults.length > 0) throw new Error(`in a window (${window.language}):\n${window.faults.join('\n')}`);
}
