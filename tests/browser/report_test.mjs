// The HTML report as its readers have it: in a browser, with a keyboard, on paper, in the dark, without scripts.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const made = process.env.MADE;
const modules = createRequire(path.join(process.env.NODE_MODULES, 'index.js'));
const { chromium } = modules('playwright-core');
const address = (name) => pathToFileURL(path.join(made, name)).href;

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(() => browser?.close());

/** Opens a report and keeps everything that must not happen: requests, errors, violations of the page's own rules, dialogs. */
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const bad = [];
  page.on('request', (request) => request.url() === address(name) || request.url().startsWith(`${address(name)}#`) || bad.push(`request ${request.url()}`));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && bad.push(`console ${message.text()}`));
  page.on('pageerror', (error) => bad.push(`error ${error.message}`));
  page.on('dialog', (dialog) => { bad.push(`dialog ${dialog.message()}`); return dialog.dismiss(); });
  await page.goto(address(name));
  return { page, bad, close: () => context.close() };
}

const visibleRows = (page) => page.locator('.matrix > tbody:not([hidden]) .path').allTextContents();
const shot = (page, name, options = {}) => page.screenshot({ path: path.join(made, `${name}.png`), ...options });

test('it renders: summary first, a table with headers, a row a file, a cell a flow', async () => {
  const { page, bad, close } = await open('report.html');
  assert.equal(await page.locator('h1').textContent(), 'Firewall policy report');
  assert.equal(await page.locator('main > section').first().getAttribute('id'), 'summary');
  assert.equal(await page.locator('time').textContent(), '2026-03-14');
  const heads = await page.locator('.matrix > thead th').count();
  assert.equal(heads, 11);
  const rows = page.locator('.matrix > tbody');
  assert.ok((await rows.count()) >= 9);
  for (const row of await rows.all()) {
    assert.equal(await row.locator('tr').first().locator('th[scope=row]').count(), 1);
    assert.equal(await row.locator('tr').first().locator('td').count(), heads - 1);
  }
  await shot(page, 'light');
  assert.deepEqual(bad, []);
  await close();
});

test('a cell leads to its evidence: the sentence, the rule in its lines, the way, the fix with its proof', async () => {
  const { page, bad, close } = await open('report.html');
  const row = page.locator('.matrix > tbody', { hasText: 'web-server.rules' });
  await row.locator('td.v-blocked > a').first().click();
  const flow = row.locator('.flow[open]');
  assert.equal(await flow.count(), 1);
  await flow.locator('mark.l').first().waitFor({ state: 'visible' });
  assert.match(await flow.locator('mark.l').first().textContent(), /^68 -A OUTPUT -j REJECT/);
  assert.match(await flow.locator('.says').textContent(), /is blocked/);
  const way = await flow.locator('.way li').allTextContents();
  assert.match(way[0], /^udp 10\.0\.0\.1:1024 > /);
  assert.match(way.at(-2), /filter OUTPUT line 68 .*reject/);
  assert.equal(way.at(-1), 'reject');
  assert.match(await flow.locator('.diff ins').textContent(), /^\+-A OUTPUT -p udp/);
  assert.match(await flow.locator('dl.proof').textContent(), /changes\+udp .*, nothing else/);
  await shot(page, 'evidence');
  assert.deepEqual(bad, []);
  await close();
});

test('a link to a flow opens it', async () => {
  const { page, close } = await open('report.html');
  const href = await page.locator('td.v-reversed > a').first().getAttribute('href');
  await page.goto('about:blank');
  await page.goto(address('report.html') + href);
  assert.equal(await page.locator('.flow[open]').count(), 1);
  assert.ok(await page.locator('.flow[open] > .proof').isVisible());
  await close();
});

test('filters: verdict, file, flow', async () => {
  const { page, bad, close } = await open('report.html');
  const before = (await visibleRows(page)).length;
  await page.locator('#kinds label.v-reversed input').check();
  const reversed = await visibleRows(page);
  assert.ok(reversed.length > 0 && reversed.length < before);
  assert.equal(reversed.length, await page.locator('.matrix > tbody:has(td.v-reversed)').count());
  assert.match(await page.locator('#shown').textContent(), new RegExp(`^${reversed.length} of ${before} rows shown`));
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.waitForFunction((count) => document.querySelectorAll('.matrix > tbody:not([hidden])').length === count, before);

  await page.getByRole('searchbox').fill('WEB-server');
  assert.deepEqual((await visibleRows(page)).map((name) => path.basename(name)), ['web-server.rules']);
  await page.getByRole('searchbox').fill('');

  await page.getByRole('combobox').selectOption({ index: 1 });
  assert.equal(await page.locator('.matrix > thead th:visible').count(), 2);
  assert.equal(await page.locator('.matrix > tbody').first().locator('tr').first().locator('td:visible').count(), 1);
  await page.locator('#kinds label.v-blocked input').check();
  assert.equal((await visibleRows(page)).length, await page.locator('.matrix > tbody:has(tr > td:nth-child(2).v-blocked)').count());
  await shot(page, 'filtered');
  assert.deepEqual(bad, []);
  await close();
});

test('copy gives the patch, byte for byte', async () => {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(address('report.html'));
  const row = page.locator('.matrix > tbody', { hasText: 'web-server.rules' });
  await row.locator('td.v-blocked > a').first().click();
  await row.getByRole('button', { name: 'Copy patch' }).first().click();
  await row.getByRole('button', { name: 'Copied' }).waitFor();
  const patch = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(patch, /^--- rules\/web-server\.rules\n\+\+\+ rules\/web-server\.rules\n@@ /);
  const rules = readFileSync(path.join(made, 'rules', 'web-server.rules'), 'utf8').split('\n');
  for (const line of patch.split('\n').filter((text) => text.startsWith(' '))) assert.ok(rules.includes(line.slice(1)), line);
  assert.match(patch, /\n\+-A OUTPUT .*\n/);
  assert.ok(patch.endsWith('\n'));
  writeFileSync(path.join(made, 'copied.patch'), patch);
  await context.close();
});

test('without a clipboard the text is selected instead', async () => {
  const { page, bad, close } = await open('report.html');
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  const row = page.locator('.matrix > tbody', { hasText: 'web-server.rules' });
  await row.locator('td.v-blocked > a').first().click();
  await row.getByRole('button', { name: 'Copy patch' }).first().click();
  assert.match(await page.evaluate(() => getSelection().toString()), /\+-A OUTPUT/);
  assert.deepEqual(bad, []);
  await close();
});

test('by keyboard alone: to the table, over its cells, into the evidence', async () => {
  const { page, bad, close } = await open('report.html');
  const focused = () => page.evaluate(() => document.activeElement.className + ' ' + document.activeElement.textContent.trim().replace(/\s+/g, ' '));
  await page.keyboard.press('Tab');
  assert.match(await focused(), /^skip/);
  await page.keyboard.press('Enter');
  for (let presses = 0; presses < 40 && !(await focused()).startsWith('path'); presses++) await page.keyboard.press('Tab');
  assert.match(await focused(), /^path/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement.closest('tbody').sectionRowIndex ?? [...document.querySelectorAll('.matrix > tbody')].indexOf(document.activeElement.closest('tbody'))), 1);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.classList.contains('proof'));
  assert.equal(await page.locator('.flow[open]').count(), 1);
  await page.locator('.matrix .path').first().focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('.matrix .path').getAttribute('aria-expanded') === 'true');
  const stops = await page.evaluate(() => document.querySelectorAll('.matrix [tabindex="0"]').length);
  assert.equal(stops, 1);  // Tab passes the table in one step
  assert.deepEqual(bad, []);
  await close();
});

test('what a file says stays text', async () => {
  const { page, bad, close } = await open('report.html');
  await page.getByRole('button', { name: 'Unfold all shown' }).click();
  const text = await page.locator('.matrix > tbody', { hasText: 'hostile' }).textContent();
  assert.ok(text.includes('<script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(2)>'));
  assert.ok(text.includes('hostile<b>.rules'));
  assert.equal(await page.locator('script').count(), 1);
  assert.equal(await page.locator('style').count(), 1);
  assert.equal(await page.locator('img, iframe, object, embed, link, [onerror], [onclick], [style]').count(), 0);
  assert.deepEqual(bad, []);
  await close();
});

test('even markup that got in could not run', async () => {
  const html = readFileSync(path.join(made, 'report.html'), 'utf8').replace('<h1>', '<script>document.title = "ran"</script><img src="http://192.0.2.1/x"><h1>');
  writeFileSync(path.join(made, 'injected.html'), html);
  const context = await browser.newContext();
  const page = await context.newPage();
  const refused = [];
  page.on('requestfailed', (request) => refused.push(`${request.url()} ${request.failure().errorText}`));
  page.on('response', (response) => assert.equal(response.url(), address('injected.html')));
  await page.goto(address('injected.html'));
  assert.notEqual(await page.title(), 'ran');
  assert.deepEqual(refused, ['http://192.0.2.1/x csp']);
  await context.close();
});

test('without scripts it is complete: the summary above, evidence unfolds, nothing that would not work', async () => {
  const { page, bad, close } = await open('report.html', { javaScriptEnabled: false });
  const top = async (selector) => (await page.locator(selector).boundingBox()).y;
  assert.ok((await top('#summary')) < (await top('#matrix')));
  assert.equal(await page.locator('#filters').isVisible(), false);
  const row = page.locator('.matrix > tbody', { hasText: 'web-server.rules' });
  await row.locator('.more summary').first().click();
  await row.locator('.flow.v-blocked > summary').click();
  assert.ok(await row.locator('.flow.v-blocked .way').isVisible());
  await shot(page, 'no-script', { fullPage: false });
  assert.deepEqual(bad, []);
  await close();
});

test('in the dark, in a narrow window, on paper', async () => {
  const dark = await open('report.html', { colorScheme: 'dark' });
  const paper = await dark.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  assert.ok(paper.match(/\d+/g).every((value) => Number(value) < 60), paper);
  await dark.page.locator('td.v-reversed > a').first().click();
  await shot(dark.page, 'dark');
  await dark.close();

  const narrow = await open('report.html', { viewport: { width: 480, height: 900 } });
  assert.ok((await narrow.page.evaluate(() => document.documentElement.scrollWidth)) <= 480);
  await shot(narrow.page, 'narrow');
  await narrow.page.locator('td.v-reversed > a').first().click();
  assert.ok((await narrow.page.evaluate(() => document.documentElement.scrollWidth)) <= 480);
  await shot(narrow.page, 'narrow-evidence');
  await narrow.close();

  const printed = await open('report.html');
  await printed.page.locator('td.v-blocked > a').first().click();
  const pdf = await printed.page.pdf({ path: path.join(made, 'report.pdf'), preferCSSPageSize: true });
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  await printed.page.emulateMedia({ media: 'print' });
  assert.equal(await printed.page.locator('#filters').isVisible(), false);
  assert.ok(await printed.page.locator('.flow[open] .way').first().isVisible());
  await printed.close();
});

test('axe finds nothing, folded and unfolded, light and dark', async () => {
  const axe = readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');
  for (const [name, colorScheme] of [['report.html', 'light'], ['report.html', 'dark'], ['audit.html', 'light']]) {
    const { page, close } = await open(name, { colorScheme, bypassCSP: true });
    for (const unfold of [false, true]) {
      if (unfold) await page.getByRole('button', { name: 'Unfold all shown' }).click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${name} ${colorScheme}: ${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(' | ')}`), []);
    }
    await close();
  }
});

test('audit: findings by file and severity', async () => {
  const { page, bad, close } = await open('audit.html');
  assert.equal(await page.locator('h1').textContent(), 'Firewall rule audit');
  assert.equal(await page.locator('.matrix > thead th').count(), 4);
  await page.locator('.matrix td > a').first().click();
  assert.ok((await page.locator('.finding:visible').count()) > 0);
  await shot(page, 'audit');
  const who = page.locator('.matrix > tbody', { hasText: 'permitted.rules' }).locator('.who').first();
  await page.locator('.path', { hasText: 'permitted.rules' }).click();
  await who.locator('details').first().locator('summary').click();
  assert.ok(await who.locator('dl').first().isVisible());
  await who.scrollIntoViewIfNeeded();
  await shot(page, 'who');
  assert.deepEqual(bad, []);
  await close();
});

test('200 files and ten flows: no lag', async (t) => {
  const { page, bad, close } = await open('many.html');
  const figures = await page.evaluate(() => {
    const [entry] = performance.getEntriesByType('navigation');
    const timed = (work) => {
      const start = performance.now();
      work();
      void document.body.offsetHeight;
      return performance.now() - start;
    };
    const box = document.querySelector('#kinds input');
    const search = document.querySelector('#filters input[type=search]');
    const input = (element) => element.dispatchEvent(new Event('input', { bubbles: true }));
    return {
      interactive: entry.domContentLoadedEventEnd,
      verdict: timed(() => { box.checked = true; input(box); }),
      file: timed(() => { box.checked = false; search.value = 'host-01'; input(search); }),
      flow: timed(() => { search.value = ''; const flow = document.querySelector('#filters select'); flow.selectedIndex = 2; input(flow); }),
      row: timed(() => { document.querySelector('.matrix .path').click(); }),
      all: timed(() => { document.querySelector('#filters select').selectedIndex = 0; input(search); document.querySelector('#unfold').click(); }),
    };
  });
  t.diagnostic(`${statSync(path.join(made, 'many.html')).size} bytes; ms: ${JSON.stringify(Object.fromEntries(Object.entries(figures).map(([name, ms]) => [name, Math.round(ms)])))}`);
  assert.equal(await page.locator('.matrix > tbody').count(), 200);
  assert.ok(figures.interactive < 10_000, 'interactive');  // far above what it takes: a loaded machine is no failure
  for (const name of ['verdict', 'file', 'flow', 'row']) assert.ok(figures[name] < 1500, `${name} ${figures[name]}`);
  assert.deepEqual(bad, []);
  await close();
});
