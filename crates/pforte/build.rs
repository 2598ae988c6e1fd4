//! Makes sure there is a folder to embed the pages from, also where they were never built.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let pages = Path::new(&root).join("../../web/dist");
    if let Err(error) = fs::create_dir_all(&pages) {
        println!("cargo:warning=cannot make {}: {error}", pages.display());
    }
}
