//! A small disk that can be filled: a tmpfs, mounted by root.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::tools;

/// A mounted tmpfs; unmounted with the value.
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts eight megabytes; `None`, told in a line, where that is not allowed.
    pub fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder to mount on");
        if run("mount", &["-t", "tmpfs", "-o", "size=8m", "tmpfs"], folder.path()) {
            return Some(Self { folder });
        }
        tools::skip("a small disk cannot be mounted: run as root, where mount(8) may mount");
        None
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }

    /// Leaves no free byte.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("a file that fills the disk");
        for size in [65_536, 4_096, 1] {
            let block = vec![0_u8; size];
            while filler.write_all(&block).is_ok() {}
        }
    }

    /// Gives the space back.
    pub fn free(&self) {
        fs::remove_file(self.filler()).expect("the file that fills the disk");
    }

    /// Makes it read-only; only possible while nobody has a file open for writing.
    pub fn read_only(&self) {
        assert!(run("mount", &["-o", "remount,ro"], self.folder.path()), "remounts read-only");
    }

    /// Makes it writable again.
    pub fn writable(&self) {
        assert!(run("mount", &["-o", "remount,rw"], self.folder.path()), "remounts writable");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server may still be dying.
        run("umount", &["-l"], self.folder.path());
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
