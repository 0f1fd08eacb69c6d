export { AssayReader } from './reader.ts';
