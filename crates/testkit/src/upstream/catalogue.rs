//! The modules of an upstream, and the GOPROXY answers that they give (protocol.md B13-B19).

use std::collections::BTreeMap;

use super::Reply;
use crate::Module;
use crate::module::escape::escape;
use crate::module::order;

const TEXT: &str = "text/plain; charset=UTF-8";
const JSON: &str = "application/json";
const ZIP: &str = "application/zip";

/// Modules by escaped path, then by escaped version: the way requests name them.
pub(super) struct Catalogue {
    modules: BTreeMap<String, BTreeMap<String, Module>>,
    missing_status: u16,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self { modules: BTreeMap::new(), missing_status: 404 }
    }
}

impl Catalogue {
    pub(super) fn publish(&mut self, module: Module) {
        let versions = self.modules.entry(escape(module.path())).or_default();
        versions.insert(escape(module.version()), module);
    }

    pub(super) fn withdraw(&mut self, path: &str, version: &str) {
        if let Some(versions) = self.modules.get_mut(&escape(path)) {
            versions.remove(&escape(version));
        }
    }

    pub(super) fn set_missing_status(&mut self, status: u16) {
        self.missing_status = status;
    }

    /// The escaped paths of all modules.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.modules.keys()
    }

    /// All versions of the module with this escaped path.
    pub(super) fn versions(&self, escaped_path: &str) -> impl Iterator<Item = &Module> {
        self.modules.get(escaped_path).into_iter().flat_map(BTreeMap::values)
    }

    /// What a proxy answers for a percent-decoded URL path.
    pub(super) fn answer(&self, url_path: &str) -> Reply {
        self.find(url_path.trim_start_matches('/')).unwrap_or_else(|| {
            Reply::text(self.missing_status, &format!("not found: this proxy knows nothing about {url_path}"))
        })
    }

    fn find(&self, url_path: &str) -> Option<Reply> {
        if let Some(path) = url_path.strip_suffix("/@latest") {
            return Some(Reply::new(200, JSON, self.latest(path)?.info()));
        }
        let (path, file) = url_path.split_once("/@v/")?;
        if file == "list" {
            return self.modules.contains_key(path).then(|| Reply::new(200, TEXT, self.list(path)));
        }
        let (version, extension) = file.rsplit_once('.')?;
        match extension {
            "info" => Some(Reply::new(200, JSON, self.revision(path, version)?.info())),
            "mod" => Some(Reply::new(200, TEXT, self.modules.get(path)?.get(version)?.mod_file())),
            "zip" => Some(Reply::new(200, ZIP, self.modules.get(path)?.get(version)?.zip())),
            _ => None,
        }
    }

    /// The listed versions, one a line, lowest first; empty for a module that has none.
    pub(super) fn list(&self, escaped_path: &str) -> String {
        let mut versions: Vec<_> =
            self.versions(escaped_path).filter(|m| m.is_listed()).map(Module::version).collect();
        versions.sort_by(|a, b| order::compare(a, b));
        versions.into_iter().flat_map(|version| [version, "\n"]).collect()
    }

    /// A version, or what a branch, tag or hash names.
    fn revision(&self, escaped_path: &str, escaped_name: &str) -> Option<&Module> {
        let by_name =
            || self.versions(escaped_path).find(|m| m.revisions().iter().any(|r| escape(r) == escaped_name));
        self.modules.get(escaped_path)?.get(escaped_name).or_else(by_name)
    }

    /// The marked version, else (protocol.md D31, without retractions) the highest release, pre-release or pseudo-version.
    /// `+incompatible` versions count only when no version has a go.mod.
    pub(super) fn latest(&self, escaped_path: &str) -> Option<&Module> {
        let has_go_mod = self.versions(escaped_path).any(Module::has_go_mod);
        let rank = |m: &Module| (m.is_latest(), m.is_listed(), !order::is_pre_release(m.version()));
        self.versions(escaped_path)
            .filter(|m| m.is_latest() || !has_go_mod || !m.version().ends_with("+incompatible"))
            .max_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| order::compare(a.version(), b.version())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(text: &str) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for module in Module::parse_all(text) {
            catalogue.publish(module);
        }
        catalogue
    }

    fn latest(versions: &[&str]) -> String {
        let mut catalogue = Catalogue::default();
        for version in versions {
            catalogue.publish(Module::new("a.test/a", *version));
        }
        catalogue.latest("a.test/a").expect("a version").version().to_owned()
    }

    #[test]
    fn latest_prefers_releases_then_pre_releases() {
        assert_eq!(latest(&["v1.9.0", "v1.10.0", "v2.0.0-rc.1"]), "v1.10.0");
        assert_eq!(
            latest(&["v1.0.0-rc.1", "v1.0.0-rc.2", "v0.0.0-20240102030405-abcdef012345"]),
            "v1.0.0-rc.2"
        );
        assert_eq!(latest(&["v1.0.0", "v2.0.0+incompatible"]), "v2.0.0+incompatible");
    }

    #[test]
    fn incompatible_versions_are_not_latest_beside_a_go_mod() {
        let c = catalogue(
            "module a.test/a\nversion v1.0.0\n-- go.mod --\nmodule a.test/a\n====\n\
             module a.test/a\nversion v2.0.0+incompatible\n",
        );
        assert_eq!(c.latest("a.test/a").map(Module::version), Some("v1.0.0"));
    }

    #[test]
    fn answers_are_found_by_escaped_names() {
        let c = catalogue("module a.test/Big\nversion v1.0.0-RC1\nrevision Main\n");
        assert_eq!(c.answer("/a.test/!big/@v/v1.0.0-!r!c1.info").status, 200);
        assert_eq!(c.answer("/a.test/!big/@v/!main.info").body, c.answer("/a.test/!big/@latest").body);
        for missing in
            ["/a.test/Big/@v/list", "/a.test/!big/@v/main.info", "/a.test/!big/@v/!main.zip", "/", "/x/@v/"]
        {
            assert_eq!(c.answer(missing).status, 404, "{missing}");
        }
    }

    #[test]
    fn a_module_without_listed_versions_has_an_empty_list() {
        let c = catalogue("module a.test/a\nversion v1.0.0\nunlisted\n");
        let list = c.answer("/a.test/a/@v/list");
        assert_eq!((list.status.as_u16(), list.body.len()), (200, 0));
    }
}
