/** Validation of what users hand in: the public face of validation/. */
export { loadSchemas, validateObject, validateObjects, type FieldError } from './validation/validate.ts';
