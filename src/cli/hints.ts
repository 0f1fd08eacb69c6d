/** One table from error code to what to do about it. An error's own `remedy` wins. */
export const hints: Readonly<Record<string, string>> = {};
