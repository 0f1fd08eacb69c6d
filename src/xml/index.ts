export { BothHandlers } from './both.ts';
export { XmlScanner, type XmlHandler, type XmlLimits } from './scanner.ts';
export type { XmlAttributes } from './attributes.ts';
export type { XmlName } from './names.ts';
export { type Capture, CapturingHandler, elementsOf, type Selection, textOf, type XmlElement } from './capture.ts';
