//! What the server keeps is nobody else's to read, also where a folder or file was there before.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use pforte_store::DbConfig;
use rustix::{
    fs::Mode,
    process::{Resource, getrlimit, setrlimit, umask},
};

use crate::{Failure, config::Config};

/// Files and folders that a start looks at, at most: new ones are private from the beginning, and below a
/// private folder nobody gets at the rest.
const MOST: usize = 20_000;
/// What is kept for everything but public connections: files, database, products, mail.
const OTHER_FILES: u64 = 1_024;

/// From now on every file and folder is the server's alone. To be called before anything is made.
pub fn from_now_on() {
    umask(Mode::from_raw_mode(0o077));
}

/// Makes the data folder, and takes from others what they may read of what is there.
pub fn data(config: &Config) -> Result<(), Failure> {
    let refused = |path: &Path, error: io::Error| {
        format!(
            "{} is open to others, and that cannot be changed: {error}. Give it to the server's user, with mode 0700",
            path.display()
        )
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data)
        .map_err(|e| format!("cannot make {}: {e}", config.data.display()))?;
    let mut left = MOST;
    let mut roots = vec![config.data.clone(), config.mail_folder.clone(), config.attachments.folder.clone()];
    if let DbConfig::Sqlite(path) = &config.database {
        // Beside it lie its log, its index and our lock.
        let beside = ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", path.display())));
        roots.extend(beside);
        roots.push(path.with_extension("lock"));
    }
    for root in roots {
        close(&root, &mut left).map_err(|error| refused(&root, error))?;
    }
    Ok(())
}

/// Closes a file, or a folder with what is in it; links are not followed.
fn close(root: &Path, left: &mut usize) -> io::Result<()> {
    let mut waiting = vec![root.to_owned()];
    while let Some(path) = waiting.pop() {
        if *left == 0 {
            return Ok(());
        }
        *left -= 1;
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let kind = found.file_type();
        let mode = found.permissions().mode();
        if (kind.is_file() || kind.is_dir()) && mode & 0o077 != 0 {
            fs::set_permissions(&path, Permissions::from_mode(mode & 0o700))?;
            tracing::info!(path = %path.display(), "was open to others; it no longer is");
        }
        if kind.is_dir() {
            // The folder is closed by now: what is added meanwhile nobody else gets at.
            for entry in fs::read_dir(&path)?.take(*left) {
                waiting.push(entry?.path());
            }
        }
    }
    Ok(())
}

/// Takes as many open files as the system gives, and answers how many connections each public listener can
/// have, up to `wanted`: without a file to open nobody could end anything.
pub fn connections(wanted: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        if setrlimit(Resource::Nofile, limit).is_err() {
            limit = getrlimit(Resource::Nofile);
        }
    }
    let Some(files) = limit.current else { return wanted };
    // Two listeners; at the gateway each request may hold one more towards the product.
    let each = usize::try_from(files.saturating_sub(OTHER_FILES) / 3).unwrap_or(usize::MAX);
    if each < wanted {
        tracing::warn!(files, connections = each.max(64), "few open files are allowed (LimitNOFILE)");
    }
    each.clamp(64, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("is there").permissions().mode() & 0o777
    }

    #[test]
    fn what_was_open_is_closed_and_links_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, outside) = (folder.path().join("data"), folder.path().join("outside"));
        fs::create_dir_all(data.join("mail")).expect("folders");
        let mail = data.join("mail/1.eml");
        for (path, open) in [(&outside, 0o644), (&mail, 0o644), (&data.join("pforte.db"), 0o640)] {
            fs::write(path, "x").expect("a file");
            fs::set_permissions(path, Permissions::from_mode(open)).expect("a mode");
        }
        fs::set_permissions(&data, Permissions::from_mode(0o755)).expect("a mode");
        std::os::unix::fs::symlink(&outside, data.join("link")).expect("a link");
        close(&data, &mut 100).expect("closes");
        close(&folder.path().join("nothing"), &mut 100).expect("what is not there is closed");
        assert_eq!((mode(&data), mode(&data.join("mail")), mode(&mail)), (0o700, 0o700, 0o600));
        assert_eq!((mode(&data.join("pforte.db")), mode(&outside)), (0o600, 0o644));
    }
}
