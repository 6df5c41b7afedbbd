//! A real browser: Debian's chromium, driven by chromedriver, without a window.

#![allow(unreachable_pub, reason = "it is a module of one test")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::{By, ChromeCapabilities, DesiredCapabilities, WebDriver, WebElement};
use tokio::runtime::Runtime;
/// Ends with all its processes and files when it is dropped.
pub struct Browser {
    runtime: Runtime,
    driver: Option<WebDriver>,
    driver_process: Child,
    folder: PathBuf,
}

/// What keeps it from asking anything of the world outside.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    // Under root, as in CI, there is none.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

impl Browser {
    /// `None` if it is not to be had here; under CI it must be there.
    pub fn start() -> Option<Self> {
        let is_there = |program: &str| {
            let paths = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
        };
        for program in ["chromium", "chromedriver"] {
            if !is_there(program) {
                assert!(std::env::var_os("CI").is_none(), "{program} is missing");
                eprintln!("skipped: {program} is not to be had here");
                return None;
            }
        }
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folder.join(format!("browser-{}-{number}", std::process::id()));
        fs::create_dir_all(folder.join("downloads")).unwrap();

        let mut driver_process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver_process.stdout.take().unwrap()).lines();
        let started = "started successfully on port ";
        let port: u16 = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, port) = line.split_once(started)?;
                port.trim_end_matches('.').parse().ok()
            })
            .unwrap();
        let mut browser = Self {
            runtime: Runtime::new().unwrap(),
            driver: None,
            driver_process,
            folder,
        };
        let driver = browser.runtime.block_on(WebDriver::new(
            format!("http://127.0.0.1:{port}"),
            browser.capabilities(),
        ));
        browser.driver = Some(driver.unwrap());
        browser.resize(1280, 800);
        Some(browser)
    }

    fn capabilities(&self) -> ChromeCapabilities {
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in ARGUMENTS {
            capabilities.add_arg(argument).unwrap();
        }
        let profile = self.folder.join("profile");
        let profile = format!("--user-data-dir={}", profile.display());
        capabilities.add_arg(&profile).unwrap();
        let preferences = json!({"download.default_directory": self.downloads()});
        capabilities
            .add_experimental_option("prefs", preferences)
            .unwrap();
        capabilities
    }

    /// Where the browser saves what it is told to.
    pub fn downloads(&self) -> PathBuf {
        self.folder.join("downloads")
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().unwrap()
    }

    pub fn open(&self, url: &str) {
        self.runtime.block_on(self.driver().goto(url)).unwrap();
    }

    pub fn back(&self) {
        self.runtime.block_on(self.driver().back()).unwrap();
    }

    pub fn reload(&self) {
        self.runtime.block_on(self.driver().refresh()).unwrap();
    }

    pub fn title(&self) -> String {
        self.runtime.block_on(self.driver().title()).unwrap()
    }

    pub fn forget_cookies(&self) {
        let forgotten = self.driver().delete_all_cookies();
        self.runtime.block_on(forgotten).unwrap();
    }

    /// What is behind the `#` of the address.
    pub fn hash(&self) -> String {
        let url = self.runtime.block_on(self.driver().current_url()).unwrap();
        url.fragment().unwrap_or_default().to_owned()
    }

    pub fn windows(&self) -> usize {
        self.runtime
            .block_on(self.driver().windows())
            .unwrap()
            .len()
    }

    /// The text of an open alert, confirmation or prompt.
    pub fn alert(&self) -> Option<String> {
        let text = self.driver().get_alert_text();
        self.runtime.block_on(text).ok()
    }

    /// The size of what is seen, in pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.tell("Emulation.setDeviceMetricsOverride", size);
    }

    /// Whether the system is dark.
    pub fn darken(&self, is_dark: bool) {
        let value = if is_dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.tell("Emulation.setEmulatedMedia", features);
    }

    /// Runs a script in each page that is opened from now on, before those of the page.
    pub fn run_first(&self, script: &str) {
        let source = json!({ "source": script });
        self.tell("Page.addScriptToEvaluateOnNewDocument", source);
    }

    fn tell(&self, command: &str, parameters: Value) {
        let tools = self.driver().cdp();
        let told = tools.send_raw(command, parameters);
        self.runtime.block_on(told).unwrap();
    }

    /// Runs a script in the page, and gives what it returns.
    pub fn script(&self, script: &str) -> Value {
        let result = self.driver().execute(script, Vec::new());
        let result = self.runtime.block_on(result);
        result
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// Waits until an expression is true of the page.
    #[track_caller]
    pub fn wait_for(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        self.soon(expression, || (self.script(&script) == true).then_some(()));
    }

    /// Looks until it is there, for a minute at most.
    #[track_caller]
    pub fn soon<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            if let Some(found) = look() {
                return found;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let seen = self.script("return document.body.innerText");
        panic!("it never came to be: {what}; what is seen is\n{seen}");
    }

    /// Waits until there is such an element, and what it says holds that text.
    #[track_caller]
    pub fn wait_for_text(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        self.wait_for(&format!(
            "[...document.querySelectorAll({selector})].some(e => e.checkVisibility() && e.innerText.includes({text}))"
        ));
    }

    #[track_caller]
    fn element(&self, selector: &str) -> WebElement {
        self.soon(&format!("{selector} is there"), || {
            let found = self.driver().find(By::Css(selector));
            self.runtime.block_on(found).ok()
        })
    }

    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let element = self.element(selector);
        self.runtime.block_on(element.text()).unwrap()
    }

    /// As a person would: it has to be seen.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.soon(&format!("{selector} is clicked"), || {
            let click = async { self.driver().find(By::Css(selector)).await?.click().await };
            self.runtime.block_on(click).ok()
        });
    }

    /// Replaces what is in a field.
    pub fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.runtime.block_on(element.clear()).unwrap();
        self.runtime.block_on(element.send_keys(text)).unwrap();
    }

    /// Chooses from a list by its value.
    pub fn choose(&self, selector: &str, value: &str) {
        self.click(&format!("{selector} option[value=\"{value}\"]"));
    }

    /// Presses keys, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let actions = self.driver().action_chain().send_keys(keys);
        self.runtime.block_on(actions.perform()).unwrap();
    }

    /// What is asked of it, it is asked of the document in the one frame that there is.
    pub fn within_frame<T>(&self, ask: impl FnOnce() -> T) -> T {
        let frame = self.element("iframe");
        self.runtime.block_on(frame.enter_frame()).unwrap();
        let answer = ask();
        self.runtime
            .block_on(self.driver().enter_default_frame())
            .unwrap();
        answer
    }

    /// The text of an element in the frame, once it is there.
    #[track_caller]
    pub fn text_in_frame(&self, selector: &str) -> String {
        self.soon(&format!("{selector} in the frame"), || {
            self.within_frame(|| {
                let text = async { self.driver().find(By::Css(selector)).await?.text().await };
                self.runtime.block_on(text).ok()
            })
        })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            let _ = self.runtime.block_on(driver.quit()); // it may be gone already
        }
        let _ = self.driver_process.kill(); // so may this
        let _ = self.driver_process.wait();
        let _ = fs::remove_dir_all(&self.folder); // an empty folder more does no harm
    }
}
