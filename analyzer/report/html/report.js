// The HTML report: filters, folding, arrow keys, copying. Everything it works on is in the page already.
'use strict';
document.documentElement.classList.add('js');

document.addEventListener('DOMContentLoaded', () => {
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const made = (name, text) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const summary = find('#summary');
  find('main').prepend(summary);

  const kindOf = (cell) => Array.from(cell.classList).find((name) => /^[vs]-/.test(name)) || '';
  const heads = all('.matrix > thead th').slice(1);
  const rows = all('.matrix > tbody').map((body) => {
    const row = body.rows[0];
    return {
      body,
      text: row.cells[0].textContent.toLowerCase(),
      link: find('.path', row),
      details: find('details', body.rows[1]),
      cells: Array.from(row.cells).slice(1).map((cell) => ({ cell, link: find('a', cell), kind: kindOf(cell) })),
    };
  });

  // Filters
  const filters = find('#filters');
  const kinds = new Map();
  for (const { cells } of rows)
    for (const { cell, link, kind } of cells)
      if (link) {
        const known = kinds.get(kind) || { count: 0, sign: find('i', cell).textContent, name: find('span', cell).textContent };
        known.count++;
        kinds.set(kind, known);
      }
  const order = ['v-unread', 'v-blocked', 'v-reversed', 'v-partial', 'v-reply-blocked', 'v-diverted', 'v-conditional', 'v-restricted', 'v-permitted',
    'v-not-applicable', 's-error', 's-warning', 's-note'];
  for (const kind of order) {
    if (!kinds.has(kind)) continue;
    const { count, sign, name } = kinds.get(kind);
    const label = made('label');
    label.className = kind;
    const box = made('input');
    box.type = 'checkbox';
    box.name = 'kind';
    box.value = kind;
    const mark = made('i', sign);
    mark.setAttribute('aria-hidden', 'true');
    label.append(box, mark, made('span', `${name} ${count}`));
    find('#kinds').append(label);
  }
  if (filters.elements.flow)
    heads.forEach((head, at) => {
      const option = made('option', head.textContent.trim().replace(/\s+/g, ' '));
      option.value = String(at);
      filters.elements.flow.append(option);
    });

  let column = -1;
  const show = (element, wanted) => {
    if (element.hidden === wanted) element.hidden = !wanted;
  };
  const apply = () => {
    const text = filters.elements.file.value.trim().toLowerCase();
    const wanted = new Set(all('input[name=kind]:checked', filters).map((box) => box.value));
    const flow = filters.elements.flow && filters.elements.flow.value !== '' ? Number(filters.elements.flow.value) : -1;
    if (flow !== column) heads.forEach((head, at) => show(head, flow < 0 || at === flow));
    let shown = 0;
    let hits = 0;
    for (const row of rows) {
      let matches = 0;
      row.cells.forEach(({ cell, link, kind }, at) => {
        const inColumn = flow < 0 || at === flow;
        if (flow !== column) show(cell, inColumn);
        const match = inColumn && link && (wanted.size === 0 || wanted.has(kind));
        if (match) matches++;
        cell.classList.toggle('dim', wanted.size > 0 && !match);
      });
      const visible = row.text.includes(text) && (matches > 0 || wanted.size === 0);
      show(row.body, visible);
      if (visible) shown++, hits += matches;
    }
    column = flow;
    const active = text !== '' || wanted.size > 0 || flow >= 0;
    find('#shown').textContent = active ? `${shown} of ${rows.length} rows shown, ${hits} matching cells` : `${rows.length} rows`;
    rove();
  };
  filters.hidden = false;
  filters.addEventListener('submit', (event) => event.preventDefault());
  filters.addEventListener('input', apply);
  filters.addEventListener('reset', () => setTimeout(apply));

  // Folding: a row opens by its name, a flow by its cell; what a link points to is unfolded
  for (const row of rows) {
    const say = () => row.link.setAttribute('aria-expanded', String(row.details.open));
    row.link.setAttribute('role', 'button');
    row.details.addEventListener('toggle', say);
    say();
    const toggle = (event) => {
      event.preventDefault();
      row.details.open = !row.details.open;
    };
    row.link.addEventListener('click', toggle);
    row.link.addEventListener('keydown', (event) => {
      if (event.key === ' ') toggle(event);
    });
  }
  const unfoldTarget = () => {
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch { /* not ours */ }
    const target = name && document.getElementById(name);
    if (!target) return;
    for (let outer = target.closest('details'); outer; outer = outer.parentElement.closest('details')) outer.open = true;
    target.focus({ preventScroll: true });
    (target.closest('.flow') || target.closest('tbody') || target).scrollIntoView();
  };
  window.addEventListener('hashchange', unfoldTarget);
  find('.matrix').addEventListener('click', (event) => {
    const link = event.target.closest('td > a');
    if (link && link.hash === location.hash) unfoldTarget();
  });
  find('#unfold').addEventListener('click', () => {
    for (const row of rows) {
      if (row.body.hidden) continue;
      row.details.open = true;
      const inner = all('.flow', row.details);
      row.cells.forEach(({ cell, link }) => {
        const flow = link && inner.find((details) => find('.proof', details).id === decodeURIComponent(link.hash.slice(1)));
        if (flow) flow.open = !cell.hidden && !cell.classList.contains('dim') && !/v-(permitted|not-applicable)/.test(kindOf(cell));
      });
    }
  });
  find('#fold').addEventListener('click', () => all('.matrix details[open]').forEach((details) => (details.open = false)));

  // Arrow keys walk over the cells; Tab passes the table in one step
  let current = null;
  const stops = () => rows.filter((row) => !row.body.hidden).map((row) => [row.link, ...row.cells.filter(({ cell, link }) => link && !cell.hidden).map(({ link }) => link)]);
  const rove = (to) => {
    const usable = (link) => link && link.isConnected && !link.closest('[hidden]');
    if (!to) to = usable(current) ? current : (rows.find((row) => !row.body.hidden) || {}).link;
    if (current && current !== to) current.tabIndex = -1;
    current = to || null;
    if (current) current.tabIndex = 0;
  };
  for (const row of rows) for (const link of [row.link, ...row.cells.map((entry) => entry.link)]) if (link) link.tabIndex = -1;
  find('.matrix').addEventListener('focusin', (event) => {
    if (event.target.matches('.path, td > a')) rove(event.target);
  });
  find('.matrix').addEventListener('keydown', (event) => {
    if (!event.target.matches('.path, td > a') || event.ctrlKey || event.altKey || event.metaKey) return;
    const lines = stops();
    const y = lines.findIndex((line) => line.includes(event.target));
    const x = lines[y].indexOf(event.target);
    const line = { ArrowUp: y - 1, ArrowDown: y + 1 }[event.key];
    const place = { ArrowLeft: x - 1, ArrowRight: x + 1, Home: 0, End: lines[y].length - 1 }[event.key];
    if (line === undefined && place === undefined) return;
    event.preventDefault();
    const next = line !== undefined ? lines[line] && lines[line][Math.min(x, lines[line].length - 1)] : lines[y][place];
    if (next) next.focus();
  });

  // Copying: a button beside everything that is meant to be taken away, made when its evidence is first unfolded
  const textOf = (block) => block.dataset.copy === 'patch' ? all('.l', block).map((line) => `${line.textContent}\n`).join('') : `${block.textContent}\n`;
  const copy = async (block, button) => {
    const name = button.textContent;
    const say = (text) => {
      button.textContent = text;
      setTimeout(() => (button.textContent = name), 2000);
    };
    try {
      await navigator.clipboard.writeText(textOf(block));
      say('Copied');
    } catch {
      const range = document.createRange();
      range.selectNodeContents(block);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      say(document.execCommand('copy') ? 'Copied' : 'Selected: press Ctrl+C');
    }
  };
  const addButtons = (within) => {
    for (const block of all('pre[data-copy]', within)) {
      if (block.parentElement.classList.contains('copy')) continue;
      const frame = made('div');
      frame.className = 'copy';
      block.replaceWith(frame);
      const button = made('button', block.dataset.copy === 'patch' ? 'Copy patch' : 'Copy');
      button.type = 'button';
      button.setAttribute('aria-live', 'polite');
      button.addEventListener('click', () => copy(block, button));
      frame.append(block, button);
    }
  };
  document.addEventListener('toggle', (event) => {
    if (event.target.open && event.target.matches('.more details')) addButtons(event.target);
  }, true);

  apply();
  unfoldTarget();
});
