export { XmlScanner, type XmlHandler, type XmlLimits } from './scanner.ts';
export type { XmlAttributes } from './attributes.ts';
export type { XmlName } from './names.ts';
