export * from './backend/index.ts';
export { ReferenceBackend } from './reference/reference.ts';
