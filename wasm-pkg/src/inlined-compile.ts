// The compiler's WASM file as code. Browsers load this module only if the file itself is missing.
export { default as bytes } from "#compile.wasm";
