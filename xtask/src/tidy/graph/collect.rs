//! Reading a module from a syntax tree.

use proc_macro2::Ident;
use syn::{
    Attribute, Item, Meta, Token, UseTree, Visibility,
    ext::IdentExt,
    parse::Parser,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::{
    attributes,
    source::{Binding, Body, Child, Declaration, Import, ModuleSource, Name, Namespace, Path},
    tokens::{self, Place},
};

/// Reads a source file, without its test code.
///
/// # Errors
/// If the text is not valid Rust.
pub(super) fn file(text: &str) -> syn::Result<ModuleSource> {
    Ok(module(&syn::parse_file(text)?.items))
}

fn module(items: &[Item]) -> ModuleSource {
    let mut collector = Collector { module: ModuleSource::default(), depth: 0, namespace: Namespace::Type };
    for item in items {
        collector.visit_item(item);
    }
    collector.module
}

struct Collector {
    module: ModuleSource,
    /// The number of blocks around the current code. Items in blocks do not belong to the module.
    depth: usize,
    /// The namespace of the next path.
    namespace: Namespace,
}

impl Collector {
    fn declare(&mut self, ident: &Ident, namespaces: &'static [Namespace]) {
        if self.depth == 0 {
            self.module.items.push(Declaration { name: ident.unraw().to_string(), namespaces });
        }
    }

    fn declare_item(&mut self, item: &Item) {
        use Namespace::{Macro, Type, Value};

        match item {
            Item::Const(item) => self.declare(&item.ident, &[Value]),
            Item::Static(item) => self.declare(&item.ident, &[Value]),
            Item::Fn(item) => {
                self.declare(&item.sig.ident, &[Value]);
                for name in attributes::generated_types(&item.attrs, &item.sig.ident.to_string()) {
                    self.module.items.push(Declaration { name, namespaces: &[Type, Value] });
                }
            }
            Item::Struct(item) => self.declare(&item.ident, &[Type, Value]),
            Item::Enum(item) => self.declare(&item.ident, &[Type]),
            Item::Union(item) => self.declare(&item.ident, &[Type]),
            Item::Type(item) => self.declare(&item.ident, &[Type, Value]),
            Item::Trait(item) => self.declare(&item.ident, &[Type]),
            Item::TraitAlias(item) => self.declare(&item.ident, &[Type]),
            Item::Macro(item) => {
                if let Some(ident) = &item.ident {
                    self.declare(ident, &[Macro]);
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, path: &syn::Path, namespace: Namespace) {
        let line = path.segments.first().map_or(0, |segment| segment.ident.span().start().line);
        self.module.names.push(Name { path: path.into(), namespace: Some(namespace), line });
    }

    /// Adds the imports of a part of a `use` item. `path` is the path before the part.
    fn import(&mut self, tree: &UseTree, path: &mut Path, is_exported: bool) {
        match tree {
            UseTree::Path(tree) => {
                path.segments.push(tree.ident.unraw().to_string());
                self.import(&tree.tree, path, is_exported);
                path.segments.pop();
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import(tree, path, is_exported));
            }
            UseTree::Glob(glob) => {
                let line = glob.star_token.spans.first().map_or(0, |span| span.start().line);
                let (path, namespace) = (path.clone(), Some(Namespace::Type));
                let import = Import { path, binding: Binding::Glob, namespace, is_exported, line };
                self.module.imports.push(import);
            }
            UseTree::Name(name) => self.import_name(&name.ident, None, path.clone(), is_exported),
            UseTree::Rename(rename) => {
                self.import_name(&rename.ident, Some(&rename.rename), path.clone(), is_exported);
            }
        }
    }

    fn import_name(&mut self, ident: &Ident, rename: Option<&Ident>, mut path: Path, is_exported: bool) {
        // `a::{self}` imports the module `a`.
        let is_module = ident == "self" && !path.segments.is_empty();
        if !is_module {
            path.segments.push(ident.unraw().to_string());
        }
        let name = rename.map(|rename| rename.unraw().to_string());
        let name = name.or_else(|| path.segments.last().cloned()).unwrap_or_default();
        let binding = if name == "_" { Binding::Nothing } else { Binding::Name(name) };
        let namespace = is_module.then_some(Namespace::Type);
        let line = ident.span().start().line;
        self.module.imports.push(Import { path, binding, namespace, is_exported, line });
    }

    fn child(&mut self, item: &syn::ItemMod) {
        let body = match &item.content {
            Some((_, items)) => Body::Inline(module(items)),
            None => Body::File(attributes::path(&item.attrs)),
        };
        self.module.children.push(Child { name: item.ident.unraw().to_string(), body });
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        attributes.iter().for_each(|attribute| self.visit_attribute(attribute));
    }
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast Item) {
        if attributes::is_for_tests(attributes::of_item(item)) {
            return;
        }
        self.declare_item(item);
        match item {
            Item::Use(item) => {
                let mut path = Path { is_absolute: item.leading_colon.is_some(), segments: Vec::new() };
                self.import(&item.tree, &mut path, !matches!(item.vis, Visibility::Inherited));
            }
            Item::Mod(item) => {
                self.attributes(&item.attrs);
                self.child(item);
            }
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        if !attributes::is_for_tests(attributes::of_impl_item(item)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        if !attributes::is_for_tests(attributes::of_trait_item(item)) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if !attributes::is_for_tests(&local.attrs) {
            visit::visit_local(self, local);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if !attributes::is_for_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        if !attributes::is_for_tests(&field.attrs) {
            visit::visit_field_value(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        if !attributes::is_for_tests(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !attributes::is_for_tests(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.depth += 1;
        visit::visit_block(self, block);
        self.depth -= 1;
    }

    /// Skips `pub(in crate::x)`, which uses no item of `x`.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.name(attribute.path(), Namespace::Macro);
        match &attribute.meta {
            Meta::List(list) => {
                tokens::collect(list.tokens.clone(), Place::Attribute, &mut self.module.names);
            }
            Meta::NameValue(pair) if !pair.path.is_ident("doc") => self.visit_expr(&pair.value),
            _ => {}
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.name(&call.path, Namespace::Macro);
        let expressions = Punctuated::<syn::Expr, Token![,]>::parse_terminated;
        match expressions.parse2(call.tokens.clone()) {
            Ok(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            Err(_) => tokens::collect(call.tokens.clone(), Place::Macro, &mut self.module.names),
        }
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.namespace = Namespace::Value;
        visit::visit_expr_path(self, path);
    }

    fn visit_pat_tuple_struct(&mut self, pattern: &'ast syn::PatTupleStruct) {
        self.name(&pattern.path, Namespace::Value);
        pattern.elems.iter().for_each(|pattern| self.visit_pat(pattern));
    }

    fn visit_qself(&mut self, qself: &'ast syn::QSelf) {
        let namespace = std::mem::replace(&mut self.namespace, Namespace::Type);
        visit::visit_qself(self, qself);
        self.namespace = namespace;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let namespace = std::mem::replace(&mut self.namespace, Namespace::Type);
        self.name(path, namespace);
        // Generic arguments.
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        file(text).unwrap().names.iter().map(|name| name.path.to_string()).collect()
    }

    #[test]
    fn groups_of_imports_are_split() {
        let source = file("use a::{b::{self, C as D}, e::*, F as _};\npub(crate) use ::g::h;").unwrap();
        let found: Vec<_> = source
            .imports
            .iter()
            .map(|import| (import.path.to_string(), &import.binding, import.is_exported, import.line))
            .collect();
        let name = |name: &str| Binding::Name(name.to_owned());
        assert_eq!(
            found,
            [
                ("a::b".to_owned(), &name("b"), false, 1),
                ("a::b::C".to_owned(), &name("D"), false, 1),
                ("a::e".to_owned(), &Binding::Glob, false, 1),
                ("a::F".to_owned(), &Binding::Nothing, false, 1),
                ("::g::h".to_owned(), &name("h"), true, 2),
            ]
        );
    }

    #[test]
    fn paths_in_code_are_found() {
        assert_eq!(
            names("fn f(x: a::B<c::D>) -> e::F { g::h::<i::J>(x) }"),
            ["a::B", "c::D", "e::F", "g::h", "i::J", "x"]
        );
        assert_eq!(
            names("impl a::B for c::D { fn f() { match x { e::F(g::H) => {} _ => i::J {} } } }").len(),
            6
        );
        assert_eq!(names("type X = <a::B as c::D>::E;"), ["a::B", "c::D::E"]);
        assert_eq!(names("fn f() { m!(a::b(), \"{}\", C) }"), ["m", "a::b", "C"]);
        assert_eq!(names("fn f() { view! { <a::B c=d/> } }"), ["view", "a::B"]);
        assert_eq!(names("pub(in crate::a) struct X;"), [""; 0]);
    }

    #[test]
    fn test_code_is_skipped() {
        let text = "
            #[cfg(test)] mod tests { use a::B; }
            #[cfg(test)] mod more;
            #[cfg(test)] use a::B;
            #[test] fn f() { a::b() }
            struct S { #[cfg(test)] x: a::B }
            impl S { #[cfg(test)] fn f() { a::b() } }
            fn f() { #[cfg(test)] let x = a::b(); }
        ";
        let source = file(text).unwrap();
        assert!(source.children.is_empty() && source.imports.is_empty());
        assert_eq!(names(text), ["S"]);
    }

    #[test]
    fn items_in_functions_do_not_belong_to_the_module() {
        let source =
            file("fn f() { struct Inner; fn g() {} }\nconst C: u8 = 1;\nmacro_rules! m { () => {} }")
                .unwrap();
        let found: Vec<_> = source.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(found, ["f", "C", "m"]);
    }
}
