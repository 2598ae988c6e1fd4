//! A small disk that can be filled: a tmpfs, mounted by root.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A mounted tmpfs; unmounted with the value.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts eight megabytes; `None`, told in a line, where that is not allowed. Fails instead when
    /// `PFORTE_TEST_FULL_DISK=required`.
    pub fn mount(folder: &Path) -> Option<Self> {
        fs::create_dir(folder).expect("a folder to mount on");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(folder);
        let mounted = mount.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { folder: folder.to_owned() });
        }
        let required = std::env::var("PFORTE_TEST_FULL_DISK").is_ok_and(|wish| wish == "required");
        assert!(!required, "a small disk is required for this run: run as root, where mount(8) may mount");
        println!("no small disk can be mounted here: this test is skipped");
        None
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }

    /// Leaves no free byte.
    pub fn fill(&self) {
        let mut filler = fs::File::create(self.filler()).expect("a file that fills the disk");
        for size in [65_536, 4_096] {
            let block = vec![0_u8; size];
            while filler.write_all(&block).is_ok() {}
        }
    }

    /// Gives the space back.
    pub fn free(&self) {
        fs::remove_file(self.filler()).expect("the file that fills the disk");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the database may still be open.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}
