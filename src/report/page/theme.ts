/** The switch between light and dark; without it, and until it is pressed, the reader's system decides. */
import { html, type Markup } from './markup.ts';

export const themeSwitch: Markup = html`<button type="button" class="theme" id="theme" hidden>Dark</button>`;

export const themeScript = `
(() => {
  'use strict';
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let kept = null;
  // A page of a mail or of a file may have no storage.
  try { kept = localStorage.getItem('cupel-theme'); } catch { /* then it is not kept */ }
  if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
  if (!button) return;
  const now = () => root.dataset.theme || (dark.matches ? 'dark' : 'light');
  const label = () => { button.textContent = now() === 'dark' ? 'Light' : 'Dark'; button.setAttribute('aria-label', 'Switch to ' + (now() === 'dark' ? 'light' : 'dark') + ' colours'); };
  button.hidden = false;
  label();
  dark.addEventListener('change', label);
  button.addEventListener('click', () => {
    root.dataset.theme = now() === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('cupel-theme', root.dataset.theme); } catch { /* then it is not kept */ }
    label();
  });
})();
`;
