// The compiler's WASM file as code. Browsers load this module only if the file itself is missing. The export has a name, because
// bundlers differ in what `import()` of a CommonJS module returns as the default export.
export { default as bytes } from "#compile.wasm";
