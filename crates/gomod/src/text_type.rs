//! What every type has that is a checked text: parsing with `str::parse`, printing, and lending its text.

/// Writes `FromStr`, `Display`, `Debug` and `AsRef<str>` for a newtype over `Arc<str>` that has a `parse` function.
macro_rules! text_traits {
    ($type:ident, $error:ty) => {
        impl std::str::FromStr for $type {
            type Err = $error;
            fn from_str(s: &str) -> Result<Self, $error> {
                Self::parse(s)
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($type), "({:?})"), &*self.0)
            }
        }
        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use text_traits;

#[cfg(test)]
mod tests {
    use crate::{EscapedPath, ModulePath, Revision, Version};

    #[test]
    fn each_type_prints_its_text_and_debugs_with_its_name() {
        let path: ModulePath = "a.b/C".parse().unwrap();
        let escaped: EscapedPath = "a.b/!c".parse().unwrap();
        let version: Version = "v1.0.0".parse().unwrap();
        let revision: Revision = "main".parse().unwrap();
        assert_eq!(format!("{path} {escaped} {version:>7} {revision}"), "a.b/C a.b/!c  v1.0.0 main");
        let debug = format!("{path:?} {escaped:?} {version:?} {revision:?}");
        assert_eq!(debug, r#"ModulePath("a.b/C") EscapedPath("a.b/!c") Version("v1.0.0") Revision("main")"#);
        let lent: [&str; 4] = [path.as_ref(), escaped.as_ref(), version.as_ref(), revision.as_ref()];
        assert_eq!(lent, ["a.b/C", "a.b/!c", "v1.0.0", "main"]);
    }
}
