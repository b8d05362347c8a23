//! The kinds of modules that occur in the wild, each of which some proxy has got wrong once.

/// What kind of path and versions a module has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing special.
    Plain,
    /// Capitals in the path, escaped on the wire (protocol.md A12).
    UpperCase,
    /// A longer path, and the package in a folder of the module.
    Deep,
    /// A path that ends with `/v2` (protocol.md A7).
    MajorSuffix,
    /// A gopkg.in path, which ends with `.v3` (protocol.md A8).
    Dotted,
    /// Versions with a pre-release part and capitals in it.
    PreRelease,
    /// Pseudo-versions only, so `@v/list` is empty (protocol.md B13).
    Pseudo,
    /// No go.mod, so nothing required.
    WithoutGoMod,
    /// `v2` without `/v2`, and without go.mod.
    Incompatible,
}

/// All kinds; graphs go through them in turn, so that each occurs.
const KINDS: [Kind; 9] = [
    Kind::Plain,
    Kind::UpperCase,
    Kind::Deep,
    Kind::MajorSuffix,
    Kind::Dotted,
    Kind::PreRelease,
    Kind::Pseudo,
    Kind::WithoutGoMod,
    Kind::Incompatible,
];

impl Kind {
    /// The kind of the module with this position in its layer. The first of a layer is plain: it can require others.
    pub(super) fn at(position: usize) -> Self {
        KINDS[position % KINDS.len()]
    }

    /// Whether modules of this kind have a go.mod, and so can require others.
    pub(super) fn has_go_mod(self) -> bool {
        !matches!(self, Self::WithoutGoMod | Self::Incompatible)
    }

    /// The module path.
    pub(super) fn path(self, index: usize) -> String {
        match self {
            Self::Plain => format!("graph.example/m{index}"),
            Self::UpperCase => format!("graph.example/Team/M{index}"),
            Self::Deep => format!("graph.example/deep/er/m{index}"),
            Self::MajorSuffix => format!("graph.example/m{index}/v2"),
            Self::Dotted => format!("gopkg.in/m{index}.v3"),
            Self::PreRelease => format!("graph.example/pre/m{index}"),
            Self::Pseudo => format!("graph.example/pseudo/m{index}"),
            Self::WithoutGoMod => format!("graph.example/bare/m{index}"),
            Self::Incompatible => format!("graph.example/old/m{index}"),
        }
    }

    /// The folder of the package below the module's root, with a slash at its end; empty for the root itself.
    pub(super) fn package_folder(self) -> &'static str {
        if self == Self::Deep { "inner/" } else { "" }
    }

    /// The `n`th version; a greater `n` is a later version.
    pub(super) fn version(self, index: usize, n: usize) -> String {
        match self {
            Self::MajorSuffix => format!("v2.{n}.0"),
            Self::Dotted => format!("v3.{n}.1"),
            Self::PreRelease => format!("v1.{n}.0-RC1"),
            Self::Pseudo => format!("v0.0.0-2024{:02}{:02}120000-{index:012x}", 1 + n / 28 % 12, 1 + n % 28),
            Self::Incompatible => format!("v2.{n}.0+incompatible"),
            Self::Plain | Self::UpperCase | Self::Deep | Self::WithoutGoMod => format!("v1.{n}.0"),
        }
    }
}
