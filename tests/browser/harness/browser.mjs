// One headless Chromium for a test file, and windows in it that watch what is loaded.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { PATIENCE, begin, bound, ended } from './bounds.mjs';

const program = (switches) => ({
  timeout: PATIENCE,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-default-browser-check', ...switches],
});

/** Starts Chromium, with these switches beside the usual ones. */
export async function launch(switches = []) {
  const browser = await begin('a browser', chromium.launch(program(switches)), (started) => started.close());
  bound(browser);
  browser.once('disconnected', () => ended(browser));
  return browser;
}

/** A Chromium of its own with one set of windows, whose profile is this folder. */
async function launchProfile(folder, options) {
  const starting = chromium.launchPersistentContext(folder, { ...program([]), ...options });
  const context = await begin('a browser with a profile', starting, (started) => started.close());
  context.once('close', () => ended(context));
  settle(context);
  return context;
}

/** Nothing in these windows takes longer than it may. */
function settle(context) {
  context.setDefaultTimeout(15_000);
  bound(context, context.request);
  const first = context.pages()[0];
  context.on('page', boundPage);
  if (first) boundPage(first);
}

function boundPage(page) {
  bound(page, page.mainFrame(), page.locator('html'), page.keyboard, page.clock);
}

/** A Chromium whose settings block all cookies, with one window; `folder` is empty and becomes its profile. */
export async function launchWithoutCookies(folder, language) {
  mkdirSync(join(folder, 'Default'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(settings));
  const context = await launchProfile(folder, { locale: LOCALES[language] });
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
  settle(context);
  if (cookies.length > 0) await context.addCookies(cookies);
  return watched(context, demo, language, others);
}

/** The same in a Chromium of its own, whose profile is this folder; closing the window ends it. */
export async function openProfile(folder, demo, { language = 'en' } = {}) {
  const context = await launchProfile(folder, {
    viewport: { width: 1280, height: 900 }, locale: LOCALES[language], colorScheme: 'light',
  });
  return watched(context, demo, language, []);
}

async function watched(context, demo, language, others) {
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
