//! Trees of any size up to 10,000 records: each record of each is proven, by what is kept too.

use proptest::prelude::*;

use super::scene::{Memory, are_true, database, mirror, module, open, sums};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_record_anywhere_in_a_tree_is_proven_now_and_offline(before in 0u64..5000, between in 0u64..300, after in 0u64..5000) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let (db, shelf) = (database(before), Memory::default());
            db.add(&module("a"));
            let upstream = mirror(&db);
            for more in [0, between, after] {
                db.fill(more);
                let online = open(&db, &[&upstream], &shelf).await;
                assert!(are_true(&sums(&online, "a").await.unwrap(), &module("a")));
                let name = format!("at{}", db.size());
                db.add(&module(&name));
                sums(&online, &name).await.unwrap();
                let offline = open(&db, &[], &shelf).await;
                for name in ["a", &name] {
                    assert!(are_true(&sums(&offline, name).await.unwrap(), &module(name)));
                }
            }
        });
    }
}
