//! A throw-away PostgreSQL cluster, shared by the test programs of one `cargo test` (or nextest) run.
//!
//! The first test that needs it makes it, under a lock on a file; a watchdog stops it by its pid and
//! removes it once the runner is gone. It listens on a Unix socket in its own folder only.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::{
        fs::{DirBuilderExt, chown},
        process::{CommandExt, parent_id},
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// `required`: fail without PostgreSQL; `postgres://…`: use that server instead of an own cluster.
const VARIABLE: &str = "PFORTE_TEST_POSTGRES";
const USER: &str = "pforte";

/// Where databases are made.
#[derive(Debug)]
pub enum Server {
    Own { bin: PathBuf, folder: PathBuf },
    Given { bin: PathBuf, address: String },
}

/// The server for this process; `None` when there is none, which is told once.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(find).as_ref()
}

fn find() -> Option<Server> {
    let wish = std::env::var(VARIABLE).unwrap_or_default();
    let Some(bin) = newest_bin() else {
        assert!(wish != "required", "PostgreSQL is required for this run: install the package postgresql");
        println!("PostgreSQL is not installed: this half of the test is skipped");
        return None;
    };
    if wish.starts_with("postgres") {
        return Some(Server::Given { bin, address: wish });
    }
    match own_cluster(&bin) {
        Ok(folder) => Some(Server::Own { bin, folder }),
        Err(error) => {
            assert!(wish != "required", "no PostgreSQL cluster could be started: {error}");
            println!("no PostgreSQL cluster could be started ({error}): this half of the test is skipped");
            None
        }
    }
}

fn newest_bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// Who runs the cluster: PostgreSQL refuses to run as root.
fn owner() -> io::Result<Option<(u32, u32)>> {
    let me = fs::metadata("/proc/self").map(|m| std::os::unix::fs::MetadataExt::uid(&m))?;
    if me != 0 {
        return Ok(None);
    }
    let people = fs::read_to_string("/etc/passwd")?;
    let line = people.lines().find(|line| line.starts_with("postgres:"));
    let ids = line.and_then(|line| {
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    ids.map(Some).ok_or_else(|| io::Error::other("no user named postgres to run it as"))
}

fn own_cluster(bin: &Path) -> io::Result<PathBuf> {
    let runner = parent_id();
    let folder = std::env::temp_dir().join(format!("pforte-test-postgres-{runner}"));
    match DirBuilder::new().mode(0o711).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let lock = OpenOptions::new().create(true).append(true).open(folder.join("lock"))?;
    // Held until this returns, or until this process dies.
    lock.lock()?;
    if !folder.join("ready").exists() {
        let _ = fs::remove_dir_all(folder.join("data"));
        start(bin, &folder)?;
        watch(&folder, runner)?;
        File::create(folder.join("ready"))?;
    }
    lock.unlock()?;
    Ok(folder)
}

fn start(bin: &Path, folder: &Path) -> io::Result<()> {
    let owner = owner()?;
    if let Some((user, group)) = owner {
        chown(folder, Some(user), Some(group))?;
    }
    let data = folder.join("data");
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(bin.join(program));
        command.arg("-D").arg(&data).args(arguments).current_dir(folder);
        if let Some((user, group)) = owner {
            command.uid(user).gid(group);
        }
        finish(quiet(&mut command).output()?, program)
    };
    run("initdb", &["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])?;
    let options = format!(
        "-k {} -c listen_addresses='' -c max_connections=300 -c track_commit_timestamp=on -c fsync=off -c shared_buffers=32MB",
        folder.display()
    );
    let log = folder.join("log").display().to_string();
    run("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"])
}

/// Stops the cluster and removes its folder once the runner has ended, however it ended.
fn watch(folder: &Path, runner: u32) -> io::Result<()> {
    const SCRIPT: &str = r#"while kill -0 "$0" 2>/dev/null; do sleep 1; done
kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")" 2>/dev/null
sleep 1
rm -rf "$1""#;
    let mut command = Command::new("sh");
    command.arg("-c").arg(SCRIPT).arg(runner.to_string()).arg(folder).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(drop)
}

/// Nothing of ours may keep the runner's pipes open.
fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn finish(output: Output, what: &str) -> io::Result<()> {
    if output.status.success() { Ok(()) } else { Err(io::Error::other(format!("{what}: {}", output.status))) }
}

impl Server {
    /// Makes an empty database; answers its name.
    pub fn create(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql(None, &format!("CREATE DATABASE {name}"));
        name
    }

    /// The address of a database, as the configuration takes it.
    pub fn address(&self, name: &str) -> String {
        match self {
            Self::Own { folder, .. } => {
                format!("postgres://{USER}@localhost/{name}?host={}", folder.display())
            }
            Self::Given { address, .. } => {
                let (base, options) = address.split_once('?').map_or((address.as_str(), ""), |(b, o)| (b, o));
                let base = base.trim_end_matches('/');
                let server = match base.splitn(4, '/').collect::<Vec<_>>().as_slice() {
                    [scheme, "", authority, ..] => format!("{scheme}//{authority}"),
                    _ => base.to_owned(),
                };
                format!("{server}/{name}?{options}")
            }
        }
    }

    /// Runs statements as the administrator.
    pub fn sql(&self, database: Option<&str>, sql: &str) -> String {
        let output = self.program("psql", database.unwrap_or("postgres"), &["-qAtc", sql]);
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The whole of a database as text.
    pub fn dump(&self, name: &str) -> Vec<u8> {
        let output = self.program("pg_dump", name, &[]);
        assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn program(&self, program: &str, database: &str, arguments: &[&str]) -> Output {
        let (Self::Own { bin, .. } | Self::Given { bin, .. }) = self;
        let mut command = Command::new(bin.join(program));
        command.arg("-d").arg(self.address(database)).args(arguments).stdin(Stdio::null());
        command.output().expect("the client programs of PostgreSQL run")
    }
}
