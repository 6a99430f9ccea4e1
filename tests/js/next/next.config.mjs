// Next.js would take the directory of another lock file, above this directory, for the root.
export default { turbopack: { root: import.meta.dirname } };
