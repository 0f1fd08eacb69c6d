/** What the page can do beyond reading: search, the count of what is shown, days that are left today, opening what is linked to or printed. */
export const script = `
(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll('.rules > .r')];
  const search = byId('search');
  const form = document.querySelector('.filters');
  const chosen = (name) => form.elements[name].value;
  let texts;
  const update = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    if (words.length > 0) texts ??= rows.map((row) => row.textContent.toLowerCase() + ' ' + (row.querySelector('a')?.hash ?? ''));
    const [standing, severity] = [chosen('standing'), chosen('severity')];
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
      const filtered = (standing === 'all' || row.classList.contains(standing)) && (severity === 'any' || row.classList.contains(severity));
      if (!row.hidden && filtered) shown += 1;
    });
    byId('shown').textContent = shown === rows.length ? rows.length + ' rules' : shown + ' of ' + rows.length + ' rules';
    byId('none').hidden = shown > 0;
  };
  byId('search-field').hidden = false;
  form.addEventListener('input', update);
  form.addEventListener('submit', (event) => event.preventDefault());
  update();

  const reveal = () => {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === 'DETAILS') { target.open = true; target.hidden = false; target.scrollIntoView(); target.querySelector('summary').focus({ preventScroll: true }); }
  };
  addEventListener('hashchange', reveal);
  reveal();

  for (const time of document.querySelectorAll('time.until')) {
    const days = Math.floor((Date.parse(time.dateTime + 'T23:59:59Z') - Date.now()) / 864e5);
    const note = document.createElement('span');
    note.textContent = days < 0 ? ' (over by now)' : days === 0 ? ' (today)' : ' (' + days + (days === 1 ? ' day' : ' days') + ' from today)';
    if (days < 30) note.className = 'warn';
    time.after(note);
  }

  let opened = [];
  addEventListener('beforeprint', () => { opened = [...document.querySelectorAll('#failing details:not([open])')]; for (const one of opened) one.open = true; });
  addEventListener('afterprint', () => { for (const one of opened) one.open = false; });
})();
`;
