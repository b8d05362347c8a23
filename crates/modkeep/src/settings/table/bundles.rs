//! The settings of where bundles are kept.

use bundle::depot::Location;

use crate::settings::values;
use crate::settings::{DefaultValue, Setting, Shape, Spec};

/// Where bundles are pushed to and pulled from.
pub static BUNDLES: Setting<Vec<Location>> = Setting {
    spec: Spec {
        key: "bundles",
        value_name: "LOCATIONS",
        shape: Shape::Text,
        expects: "folders, https:// URLs or s3://BUCKET/PREFIX, separated by commas",
        default: DefaultValue::Text(""),
        go: None,
        may_hold_secrets: true,
        doc: "Where bundles are kept: folders, web servers, S3-compatible storage.\n\nThe first is where `modkeep bundle \
              push` and `pull` go when they are told no other. S3 is reached with the usual AWS_ variables, such as \
              AWS_ENDPOINT_URL and AWS_ACCESS_KEY_ID.",
    },
    parse: values::bundle_locations,
};
