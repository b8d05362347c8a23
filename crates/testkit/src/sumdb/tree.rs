//! A Merkle tree of the shape of RFC 6962, written the plain way (protocol.md G4).

use sha2::{Digest, Sha256};

pub(super) type Hash = [u8; 32];

/// The nodes over whole powers of two of leaves: `levels[l][i]` is the one over the leaves from `i << l` to below
/// `(i + 1) << l`. They never change as the tree grows, so all smaller trees are in here too.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    pub(super) fn push(&mut self, record: &str) {
        let mut node = leaf(record.as_bytes());
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(node);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => node = parent(left, right),
                _ => return,
            }
        }
    }

    /// The hash of the tree of the first `size` leaves, of which there must be so many.
    pub(super) fn root(&self, size: usize) -> Hash {
        if size == 0 { Sha256::digest(b"").into() } else { self.span(0, size) }
    }

    /// The hash over `size` leaves from `first` on: a node that is there, or made of the largest possible left side and
    /// the rest.
    fn span(&self, first: usize, size: usize) -> Hash {
        let level = size.ilog2();
        let left = 1 << level;
        if size == left {
            return self.levels[level as usize][first >> level];
        }
        parent(&self.span(first, left), &self.span(first + left, size - left))
    }

    /// `count` nodes of a level, one after the other. They must be there.
    pub(super) fn nodes(&self, level: usize, first: usize, count: usize) -> Vec<u8> {
        self.levels[level][first..first + count].concat()
    }
}

pub(super) fn leaf(record: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(record).finalize().into()
}

pub(super) fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of RFC 6962, section 2.1, word by word.
    fn tree_hash(records: &[String]) -> Hash {
        match records {
            [] => Sha256::digest(b"").into(),
            [one] => leaf(one.as_bytes()),
            _ => {
                let mut k = 1;
                while k * 2 < records.len() {
                    k *= 2;
                }
                parent(&tree_hash(&records[..k]), &tree_hash(&records[k..]))
            }
        }
    }

    #[test]
    fn every_size_has_the_hash_that_the_definition_gives() {
        let records: Vec<String> = (0..300).map(|n| format!("record {n}\n")).collect();
        let mut tree = Tree::default();
        for record in &records {
            tree.push(record);
        }
        for size in 0..=records.len() {
            assert_eq!(tree.root(size), tree_hash(&records[..size]), "{size}");
        }
    }

    /// Published test vectors of Certificate Transparency: the roots of the trees of the first 0, 1, … of these leaves.
    #[test]
    fn roots_are_those_of_the_standard() {
        let leaves = ["", "\0", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::default();
        for leaf in leaves {
            tree.push(leaf);
        }
        for (size, root) in roots.into_iter().enumerate() {
            assert_eq!(tree.root(size).map(|byte| format!("{byte:02x}")).concat(), root, "{size}");
        }
    }
}
