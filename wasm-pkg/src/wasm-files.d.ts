/** WASM files as code: the bytes. */
declare module "#edgewise.wasm" {
  const bytes: Uint8Array;
  export default bytes;
}
declare module "#compile.wasm" {
  const bytes: Uint8Array;
  export default bytes;
}
/** WASM files as workerd imports them: a compiled module. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
