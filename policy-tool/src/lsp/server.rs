//! The loop that receives messages.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::io::{self, StdinLock};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use policy_cli::tool::uri;
use policy_ide::Snapshot;
use serde_json::Value;

use super::capabilities::capabilities;
use super::checker::{self, Check, Job, KnownFindings};
use super::documents::Documents;
use super::fact_files::FactFiles;
use super::outbox::{Answer, Outbox, answer};
use super::positions::Encoding;
use super::project::Project;
use super::request_error::RequestError;
use super::resolver::{self, Asked, Question};
use super::settings::Settings;
use super::view::View;
use super::{actions, editing, lenses, naming, rewrites, structure, words};

/// The address of the repository, if the package says where that is.
const REPOSITORY: Option<&str> = option_env!("CARGO_PKG_REPOSITORY");

/// The length of a text that takes noticeable time to read.
const LARGE: usize = 200_000;

/// What is wrong if the connection ends early.
const NO_GOODBYE: &str = "it ended without a goodbye";

/// Serves an editor until it says goodbye.
///
/// # Errors
/// Fails if the connection ends before that, or if a message cannot be read.
pub(crate) fn serve(settings: Settings) -> Result<(), Box<dyn Error + Sync + Send>> {
    let mut inbox = Inbox(io::stdin().lock());
    // The answer to the goodbye has been written when the editor sends its last message, so nothing
    // waits for the threads.
    let outbox = Outbox::start();
    let (id, params) = inbox.initialize(&outbox)?;
    let params: lsp::InitializeParams = serde_json::from_value(params)?;
    let encoding = Encoding::negotiate(&params.capabilities);
    let result = lsp::InitializeResult {
        capabilities: capabilities(encoding),
        server_info: Some(lsp::ServerInfo {
            name: "policy".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    };
    outbox.answer(&id, answer(result));
    let findings = Arc::new(KnownFindings::default());
    let jobs = checker::start(outbox.clone(), Arc::clone(&findings));
    let questions = resolver::start(outbox.clone());
    let mut server = Server {
        outbox,
        jobs,
        findings,
        questions,
        encoding,
        resolves_actions: resolves_actions(&params.capabilities),
        settings,
        root: root(&params),
        documents: Documents::default(),
        facts: Arc::default(),
        snapshots: HashMap::new(),
        garbage: Vec::new(),
    };
    if let Some(options) = &params.initialization_options {
        server.set(options);
    }
    server.read_facts();
    server.watch(&params.capabilities);
    loop {
        match inbox.next()? {
            Message::Request(request) if request.method == "shutdown" => {
                server.outbox.answer(&request.id, answer(()));
                return inbox.refuse_until_exit(&server.outbox);
            }
            Message::Request(request) => {
                server.request(request);
                server.garbage.clear();
            }
            Message::Notification(notification) if notification.method == "exit" => return Err(NO_GOODBYE.into()),
            Message::Notification(notification) => server.notification(notification),
            Message::Response(_) => {}
        }
    }
}

/// The messages of the editor.
struct Inbox(StdinLock<'static>);

impl Inbox {
    fn next(&mut self) -> Result<Message, Box<dyn Error + Sync + Send>> {
        Message::read(&mut self.0)?.ok_or_else(|| NO_GOODBYE.into())
    }

    /// Waits for the first request, which says what the editor can do.
    fn initialize(&mut self, outbox: &Outbox) -> Result<(RequestId, Value), Box<dyn Error + Sync + Send>> {
        loop {
            match self.next()? {
                Message::Request(request) if request.method == "initialize" => return Ok((request.id, request.params)),
                Message::Request(request) => {
                    let message = "the first request has to be `initialize`".to_owned();
                    outbox.answer(&request.id, Err(RequestError { code: ErrorCode::ServerNotInitialized, message }));
                }
                Message::Notification(notification) if notification.method == "exit" => {
                    return Err(NO_GOODBYE.into());
                }
                Message::Notification(_) | Message::Response(_) => {}
            }
        }
    }

    /// Waits for the last message after the goodbye. Neovim still sends requests between the two,
    /// which the protocol forbids.
    fn refuse_until_exit(&mut self, outbox: &Outbox) -> Result<(), Box<dyn Error + Sync + Send>> {
        while let Some(message) = Message::read(&mut self.0)? {
            match message {
                Message::Request(request) => {
                    let message = "the server is shutting down".to_owned();
                    outbox.answer(&request.id, Err(RequestError { code: ErrorCode::InvalidRequest, message }));
                }
                Message::Notification(notification) if notification.method == "exit" => break,
                Message::Notification(_) | Message::Response(_) => {}
            }
        }
        Ok(())
    }
}

fn resolves_actions(client: &lsp::ClientCapabilities) -> bool {
    let actions = client.text_document.as_ref().and_then(|text| text.code_action.as_ref());
    let support = actions.and_then(|actions| actions.resolve_support.as_ref());
    support.is_some_and(|support| support.properties.iter().any(|property| property == "edit"))
}

/// Returns the folder of the workspace.
fn root(params: &lsp::InitializeParams) -> Option<PathBuf> {
    let folders = params.workspace_folders_initialize_params.workspace_folders.as_ref();
    let first = folders.and_then(|folders| serde_json::to_value(folders).ok());
    let first = first.and_then(|folders| Some(folders.get(0)?.get("uri")?.as_str()?.to_owned()));
    #[allow(deprecated, reason = "older editors send only this")]
    let root = first.or_else(|| params.root_uri.as_ref().map(|uri| uri.0.clone()));
    uri::to_path(&root?)
}

struct Server {
    outbox: Outbox,
    jobs: mpsc::Sender<Job>,
    findings: Arc<KnownFindings>,
    questions: mpsc::Sender<Question>,
    encoding: Encoding,
    /// True if the editor asks for the edit of a change that the user has chosen.
    resolves_actions: bool,
    settings: Settings,
    root: Option<PathBuf>,
    documents: Documents,
    facts: Arc<FactFiles>,
    /// The snapshot of each policy that the last request was about.
    snapshots: HashMap<lsp::Uri, KnownSnapshot>,
    /// What is no longer needed. To drop the snapshot of a large policy takes as long as some answers,
    /// so they do not wait for it.
    garbage: Vec<KnownSnapshot>,
}

/// The snapshot of a policy, which is made when a request needs it.
struct KnownSnapshot {
    project: Project,
    now: Rc<OnceCell<Snapshot>>,
    /// The last snapshot of an earlier text.
    earlier: Option<Rc<OnceCell<Snapshot>>>,
}

impl KnownSnapshot {
    /// Returns the last snapshot that was made.
    fn last(&self) -> Option<&Rc<OnceCell<Snapshot>>> {
        if self.now.get().is_some() { Some(&self.now) } else { self.earlier.as_ref() }
    }
}

impl Server {
    // --- requests ---

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        if matches!(request.method.as_str(), "codeLens/resolve" | "codeAction/resolve") {
            return self.resolve(id, &request.method, request.params);
        }
        let answer = self.answer(request);
        self.outbox.answer(&id, answer);
    }

    fn answer(&mut self, request: Request) -> Answer {
        let params = request.params;
        match request.method.as_str() {
            "textDocument/documentSymbol" => {
                self.about::<lsp::DocumentSymbolRequest>(params, |view, _| Ok(Some(structure::symbols(view))))
            }
            "textDocument/foldingRange" => {
                self.about::<lsp::FoldingRangeRequest>(params, |view, _| Ok(Some(structure::folds(view))))
            }
            "textDocument/formatting" => {
                self.about::<lsp::DocumentFormattingRequest>(params, |view, _| Ok(Some(editing::format(view))))
            }
            "textDocument/definition" => self.about::<lsp::DefinitionRequest>(params, |view, params| {
                Ok(naming::definition(view, params.text_document_position_params.position))
            }),
            "textDocument/references" => {
                self.about::<lsp::ReferencesRequest>(params, |view, params| Ok(naming::references(view, &params)))
            }
            "textDocument/documentHighlight" => self.about::<lsp::DocumentHighlightRequest>(params, |view, params| {
                Ok(naming::highlights(view, params.text_document_position_params.position))
            }),
            "textDocument/prepareRename" => self.about::<lsp::PrepareRenameRequest>(params, |view, params| {
                naming::prepare_rename(view, params.text_document_position_params.position)
            }),
            "textDocument/rename" => {
                self.about::<lsp::RenameRequest>(params, |view, params| naming::renamed(view, &params))
            }
            "workspace/symbol" => self.workspace_symbols(params),
            "textDocument/hover" => self.about::<lsp::HoverRequest>(params, |view, params| {
                Ok(words::hover(view, params.text_document_position_params.position))
            }),
            "textDocument/completion" => {
                let earlier = self.earlier_snapshot(&params);
                self.about::<lsp::CompletionRequest>(params, |view, params| {
                    let position = params.text_document_position_params.position;
                    let snapshot = earlier.as_deref().and_then(OnceCell::get).unwrap_or_else(|| view.snapshot());
                    Ok(words::completion(view, snapshot, position))
                })
            }
            "textDocument/semanticTokens/full" => {
                self.about::<lsp::SemanticTokensRequest>(params, |view, _| Ok(Some(words::tokens(view, None))))
            }
            "textDocument/semanticTokens/range" => self
                .about::<lsp::SemanticTokensRangeRequest>(params, |view, params| {
                    Ok(Some(words::tokens(view, Some(params.range))))
                }),
            "textDocument/codeLens" => {
                self.about::<lsp::CodeLensRequest>(params, |view, _| Ok(Some(lenses::places(view))))
            }
            "textDocument/codeAction" => {
                let (known, page, resolves) = (Arc::clone(&self.findings), self.page(), self.resolves_actions);
                self.about::<lsp::CodeActionRequest>(params, |view, params| {
                    let findings = known.of(&view.project, || view.findings());
                    let mut actions = actions::actions(view, &findings, &params, page.as_deref());
                    if resolves {
                        actions.extend(rewrites::offers(view, &params));
                    }
                    Ok(Some(actions))
                })
            }
            method => Err(RequestError {
                code: ErrorCode::MethodNotFound,
                message: format!("the server does not know the method `{method}`"),
            }),
        }
    }

    /// Answers a request about a text.
    fn about<R: lsp::Request>(
        &mut self,
        params: Value,
        answer: impl FnOnce(&View, R::Params) -> Result<R::Result, RequestError>,
    ) -> Answer
    where
        R::Result: Default,
    {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default().into();
        let params = read::<R::Params>(params)?;
        let result = match self.view(&uri) {
            Some(view) => answer(&view, params)?,
            None => R::Result::default(),
        };
        self::answer(result)
    }

    /// Returns the last snapshot of a large text, although the text may have changed since. Which
    /// names exist hardly changes while somebody types a word, and each letter asks for completions.
    fn earlier_snapshot(&self, params: &Value) -> Option<Rc<OnceCell<Snapshot>>> {
        let uri = params.pointer("/textDocument/uri")?.as_str()?.into();
        let known = self.snapshots.get(&uri)?;
        if known.project.policy.text().len() > LARGE { known.last().map(Rc::clone) } else { None }
    }

    /// Asks the thread for questions that take time.
    fn resolve(&mut self, id: RequestId, method: &str, params: Value) {
        let asked = Asked::read(method, params);
        let uri = asked.as_ref().and_then(Asked::uri);
        let project =
            uri.and_then(|uri| Project::of(self.documents.get(&uri)?, &self.documents, &self.facts, &self.settings));
        match (asked, project) {
            (Some(asked), Some(project)) => {
                // The thread ends only with the server.
                let _ = self.questions.send(Question { id, asked, project, encoding: self.encoding });
            }
            _ => {
                let message = "the text that this belongs to is not open".to_owned();
                self.outbox.answer(&id, Err(RequestError { code: ErrorCode::InvalidParams, message }));
            }
        }
    }

    /// Returns the declared names of all open policies that contain a text.
    fn workspace_symbols(&mut self, params: Value) -> Answer {
        let params = read::<lsp::WorkspaceSymbolParams>(params)?;
        let uris: Vec<lsp::Uri> = self.documents.iter().map(|document| document.uri.clone()).collect();
        let mut symbols: Vec<lsp::WorkspaceSymbol> = Vec::new();
        for uri in uris {
            if let Some(view) = self.view(&uri) {
                symbols.extend(naming::declared(&view, &params.query));
            }
        }
        // A policy and its invariants are both open.
        let mut seen = HashSet::new();
        symbols.retain(|symbol| seen.insert(format!("{:?}", symbol.location)));
        answer(symbols)
    }

    /// Returns what is known about an open text.
    fn view(&mut self, uri: &lsp::Uri) -> Option<View> {
        let project = Project::of(self.documents.get(uri)?, &self.documents, &self.facts, &self.settings)?;
        let file = project.id(uri);
        let known = self.snapshots.get(&project.policy.uri);
        let snapshot = match known.filter(|known| known.project.is_same(&project)) {
            Some(known) => Rc::clone(&known.now),
            None => {
                let now = Rc::new(OnceCell::new());
                let earlier = known.and_then(|known| known.last().map(Rc::clone));
                let known = KnownSnapshot { project: project.clone(), now: Rc::clone(&now), earlier };
                self.garbage.extend(self.snapshots.insert(project.policy.uri.clone(), known));
                now
            }
        };
        Some(View::new(project, snapshot, file, self.encoding))
    }

    // --- notifications ---

    fn notification(&mut self, notification: Notification) {
        let params = notification.params;
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                if let Ok(params) = read::<lsp::DidOpenTextDocumentParams>(params) {
                    let uri = params.text_document.uri.clone();
                    self.documents.open(params.text_document);
                    self.changed(&uri);
                }
            }
            "textDocument/didChange" => {
                if let Ok(params) = read::<lsp::DidChangeTextDocumentParams>(params) {
                    let uri = params.text_document.text_document_identifier.uri.clone();
                    self.documents.change(params, self.encoding);
                    self.changed(&uri);
                }
            }
            "textDocument/didClose" => {
                if let Ok(params) = read::<lsp::DidCloseTextDocumentParams>(params) {
                    self.closed(&params.text_document.uri);
                }
            }
            "workspace/didChangeConfiguration" => {
                self.set(params.get("settings").unwrap_or(&Value::Null));
                self.read_facts();
                self.check_all();
            }
            "workspace/didChangeWatchedFiles" | "textDocument/didSave" => {
                self.read_facts();
                self.check_all();
            }
            _ => {}
        }
    }

    /// Checks the policies that a text belongs to.
    fn changed(&mut self, uri: &lsp::Uri) {
        let Some(document) = self.documents.get(uri) else { return };
        if self.facts.contains(document) {
            self.read_facts();
            return self.check_all();
        }
        if let Some(project) = Project::of(document, &self.documents, &self.facts, &self.settings) {
            self.check(project);
        }
    }

    fn closed(&mut self, uri: &lsp::Uri) {
        self.documents.close(uri);
        self.snapshots.remove(uri);
        let _ = self.jobs.send(Job { policy: uri.clone(), check: None });
        self.read_facts();
        self.check_all();
    }

    fn check_all(&mut self) {
        let open = self.documents.iter().filter(|document| !self.facts.contains(document));
        let projects: Vec<Project> =
            open.filter_map(|document| Project::of(document, &self.documents, &self.facts, &self.settings)).collect();
        projects.into_iter().for_each(|project| self.check(project));
    }

    fn check(&self, project: Project) {
        let policy = project.policy.uri.clone();
        let check = Check { project, encoding: self.encoding, page: self.page() };
        // The thread ends only with the server.
        let _ = self.jobs.send(Job { policy, check: Some(check) });
    }

    // --- settings and facts ---

    /// Returns the address of docs/diagnostics.md.
    fn page(&self) -> Option<String> {
        self.settings.diagnostics_page.clone().or_else(|| {
            let repository = REPOSITORY.filter(|repository| !repository.is_empty())?;
            Some(format!("{repository}/blob/main/docs/diagnostics.md"))
        })
    }

    fn set(&mut self, sent: &Value) {
        for problem in self.settings.update(sent) {
            self.warn(problem);
        }
    }

    fn read_facts(&mut self) {
        let facts = FactFiles::read(&self.settings, self.root.as_deref(), &self.documents);
        for problem in facts.problems.iter().filter(|problem| !self.facts.problems.contains(problem)) {
            self.warn(problem.clone());
        }
        self.facts = facts;
    }

    /// Asks the editor to say when files change on the disk.
    fn watch(&self, client: &lsp::ClientCapabilities) {
        let watched = client.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        if watched.and_then(|watched| watched.dynamic_registration) != Some(true) {
            return;
        }
        let watchers: Vec<Value> = ["**/*.hujson", "**/*.invariants", "**/*.json"]
            .iter()
            .map(|pattern| serde_json::json!({ "globPattern": pattern }))
            .collect();
        let registration = serde_json::json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        let params = serde_json::json!({ "registrations": [registration] });
        self.outbox.request("watch", "client/registerCapability", &params);
    }

    fn warn(&self, message: String) {
        let params = serde_json::json!({ "type": 2, "message": message });
        self.outbox.notify("window/showMessage", params);
    }
}

fn read<T: serde::de::DeserializeOwned>(params: Value) -> Result<T, RequestError> {
    serde_json::from_value(params)
        .map_err(|error| RequestError { code: ErrorCode::InvalidParams, message: error.to_string() })
}
