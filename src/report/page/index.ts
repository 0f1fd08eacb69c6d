/** What all our HTML pages share: escaping, the policy that lets nothing foreign run, type and colours, words. */
export { html, type Content, type Markup } from './markup.ts';
export { renderPage, type Page } from './shell.ts';
export { themeSwitch } from './theme.ts';
export { bytes, count, day, moment, percent } from './words.ts';
