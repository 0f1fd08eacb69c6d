import { createHash } from 'node:crypto';
import { html, Markup } from './markup.ts';
import { baseStyle } from './style.ts';
import { themeScript } from './theme.ts';

export interface Page {
  title: string;
  /** Style and script of this kind of page, beside those that every page has. Constants of the code, never data. */
  style: string;
  script: string;
  body: Markup;
}

/**
 * A whole HTML file that needs nothing else and may do nothing else: its policy lets run what this program wrote, by
 * digest, and lets it load nothing.
 */
export function renderPage({ title, style, script, body }: Page): string {
  const css = baseStyle + style;
  const js = themeScript + script;
  const policy = [
    'default-src \'none\'', `style-src '${digest(css)}'`, `script-src '${digest(js)}'`, 'base-uri \'none\'', 'form-action \'none\'',
    'require-trusted-types-for \'script\'', 'trusted-types \'none\'',
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Cupel">
<title>${title}</title>
<style>${Markup.assembled(css)}</style>
</head>
<body>
${body}
<script>${Markup.assembled(js)}</script>
</body>
</html>
`.text;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
