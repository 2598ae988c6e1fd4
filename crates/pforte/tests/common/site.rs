//! A server as a process of its own, in a folder of its own, on ports of its own.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    api::{Api, ROSENQUIST},
    tools::free_ports,
    upstream::Upstream,
};

/// How long a start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The program under test.
pub const PFORTE: &str = env!("CARGO_BIN_EXE_pforte");

/// A folder with a configuration; in it the server is started, killed and started again.
pub struct Site {
    pub folder: TempDir,
    pub data: PathBuf,
    pub portal: u16,
    pub gateway: u16,
    running: Option<Child>,
}

impl Site {
    /// A site whose data lies in its own folder.
    pub fn new(upstream: &Upstream) -> Self {
        Self::with_data(PathBuf::from("data"), upstream)
    }

    /// A site whose data lies somewhere else.
    pub fn with_data(data: PathBuf, upstream: &Upstream) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join(data);
        let [portal, gateway] = free_ports();
        let text = config_text(portal, gateway, &data) + &product_text(upstream.port);
        fs::write(folder.path().join("pforte.toml"), text).expect("a configuration");
        Self { folder, data, portal, gateway, running: None }
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("pforte.toml")
    }

    pub fn database(&self) -> PathBuf {
        self.data.join("pforte.db")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// What the server wrote to standard error, over all its runs.
    pub fn told(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// The command that runs the server with sample people.
    pub fn demo(&self) -> Command {
        let mut command = Command::new(PFORTE);
        command.arg("demo").arg("--config").arg(self.config()).arg("--data").arg(&self.data);
        command
    }

    /// Starts the server with sample people, and waits until it answers.
    pub async fn start(&mut self) -> Api {
        let demo = self.demo();
        self.start_as(demo).await
    }

    /// Starts the server by a command, and waits until it answers.
    pub async fn start_as(&mut self, command: Command) -> Api {
        assert!(self.running.is_none(), "it runs already");
        self.running = Some(self.spawn(command));
        let api = Api::new(self.portal, self.gateway);
        let until = Instant::now() + START_LIMIT;
        while !ready(&api).await {
            if let Some(status) = self.exited() {
                panic!("the server ended with {status}:\n{}", self.told());
            }
            assert!(Instant::now() < until, "the server does not answer:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        api
    }

    /// Starts the server where it cannot start; answers what it said.
    pub fn fails_to_start(&self) -> String {
        let before = self.told().len();
        let mut child = self.spawn(self.demo());
        let until = Instant::now() + START_LIMIT;
        let status = loop {
            match child.try_wait().expect("a child") {
                Some(status) => break Some(status),
                None if Instant::now() > until => break None,
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        if status.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        assert!(status.is_some_and(|status| !status.success()), "it runs, or ended well:\n{}", self.told());
        self.told().split_off(before)
    }

    fn spawn(&self, mut command: Command) -> Child {
        let log: File = OpenOptions::new().create(true).append(true).open(self.log()).expect("a log");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("the program starts")
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("it runs").id()
    }

    /// How the server ended, if it did.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.running.as_mut()?.try_wait().expect("a child")
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let mut child = self.running.take().expect("it runs");
        child.kill().expect("it can be killed");
        let status = child.wait().expect("a child");
        assert_eq!(status.signal(), Some(9), "it had ended before:\n{}", self.told());
    }

    /// Waits until the server has ended by itself.
    pub async fn ended(&mut self, limit: Duration) -> ExitStatus {
        let until = Instant::now() + limit;
        loop {
            if let Some(status) = self.exited() {
                self.running = None;
                return status;
            }
            assert!(Instant::now() < until, "it still runs:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Whether it answers, and all sample people are there if it has some.
async fn ready(api: &Api) -> bool {
    let Some(page) = api.call(None, "GET", "/sign-in", None).await else { return false };
    let all = |people: &Vec<Value>| people.iter().any(|person| person["name"] == ROSENQUIST.contact);
    page.status.is_success() && page.body["demo"].as_array().is_none_or(all)
}

/// A configuration for this machine, without products.
pub fn config_text(portal: u16, gateway: u16, data: &Path) -> String {
    let data = data.display();
    format!(
        "[server]\nlisten = \"127.0.0.1:{portal}\"\npublic_url = \"http://pforte.localhost:{portal}\"\n\
         data = \"{data}\"\nsecrets = \"secrets.toml\"\n\n\
         [gateway]\nlisten = \"127.0.0.1:{gateway}\"\npublic_url = \"http://gate.localhost:{gateway}\"\n\n"
    )
}

/// A product that shows everything.
pub fn product_text(port: u16) -> String {
    format!(
        "[[product]]\nid = \"panel\"\nname = \"Panel\"\nupstream = \"http://127.0.0.1:{port}\"\n\n\
         [product.identity]\nuser = \"X-User\"\ntoken = \"X-Token\"\n\n\
         [[product.route]]\nmethod = \"GET\"\npath = \"/**\"\narea = \"everything\"\n\
         action = \"view\"\nclass = \"product\"\n"
    )
}
