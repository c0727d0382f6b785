//! The languages of the exports, with their tools and a program in each.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::{self, Run};
use policy_test_support::require;

/// A language, and the tools that check a text in it.
pub(crate) struct Language {
    /// Its name for `--format`.
    pub(crate) format: &'static str,
    /// The file with the exported names.
    pub(crate) file: &'static str,
    /// Files that the tools need beside it.
    files: &'static [(&'static str, &'static str)],
    /// Commands that format the file in place.
    pub(crate) formatters: &'static [&'static [&'static str]],
    /// Commands that check the file, and the program beside it if there is one.
    pub(crate) checkers: &'static [&'static [&'static str]],
    /// The file of the program that uses `tag:k8s-api`, and its text.
    pub(crate) program: (&'static str, &'static str),
    /// The error of each checker if the policy does not have the tag. `None` for a checker
    /// that does not look at the program.
    pub(crate) errors: &'static [Option<&'static str>],
}

pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        format: "python",
        file: "tailnet.py",
        files: &[("program.py", "")],
        formatters: &[&["ruff", "format", "--isolated", "tailnet.py"]],
        checkers: &[
            &["mypy", "--strict", "--config-file=", "--cache-dir=../mypy_cache", "tailnet.py", "program.py"],
            &["pyright", "tailnet.py", "program.py"],
            &["ruff", "check", "--isolated", "--select", "E4,E7,E9,F,I,UP", "tailnet.py"],
        ],
        program: (
            "program.py",
            "from tailnet import HOST_ADDRESS, Host, Tag\n\ntags: list[Tag] = [Tag.K8S_API, Tag(\"tag:k8s-api\")]\n\
             print(HOST_ADDRESS[Host.DB], tags[0].value)\n",
        ),
        errors: &[
            Some("\"type[Tag]\" has no attribute \"K8S_API\""),
            Some("Cannot access attribute \"K8S_API\" for class \"type[Tag]\""),
            None,
        ],
    },
    Language {
        format: "typescript",
        file: "tailnet.ts",
        files: &[],
        formatters: &[&["prettier", "--log-level", "warn", "--write", "tailnet.ts"]],
        checkers: &[&["tsc", "-p", "."]],
        program: (
            "program.ts",
            "import { Host, Tag, hostAddress } from \"./tailnet.js\";\n\nexport const tag: Tag = Tag.K8sApi;\n\
             export const text: Tag = \"tag:k8s-api\";\nexport const address: string = hostAddress[Host.Db];\n",
        ),
        errors: &[Some("Property 'K8sApi' does not exist on type")],
    },
    Language {
        format: "go",
        file: "tailnet/tailnet.go",
        files: &[("go.mod", "module example.com/program\n\ngo 1.21\n")],
        formatters: &[&["gofmt", "-w", "tailnet/tailnet.go"]],
        checkers: &[&["go", "vet", "./..."]],
        program: (
            "main.go",
            "package main\n\nimport \"example.com/program/tailnet\"\n\nfunc main() {\n\
             \tvar tag tailnet.Tag = tailnet.TagK8sApi\n\tprintln(string(tag), tailnet.HostDb.Address())\n}\n",
        ),
        errors: &[Some("undefined: tailnet.TagK8sApi")],
    },
    Language {
        format: "hcl",
        file: "tailnet.tf",
        files: &[("terraform.rc", "")],
        formatters: &[&["terraform", "fmt", "tailnet.tf"]],
        checkers: &[&["terraform", "validate", "-no-color"]],
        program: ("main.tf", "output \"tag\" {\n  value = local.tailnet.tag.k8s_api\n}\n"),
        errors: &[Some("This object does not have an attribute named \"k8s_api\"")],
    },
    Language {
        format: "nix",
        file: "tailnet.nix",
        files: &[],
        formatters: &[],
        checkers: &[
            &["nix-instantiate", "--parse", "tailnet.nix"],
            &["nix-instantiate", "--eval", "--strict", "--json", "tailnet.nix"],
            &["nix-instantiate", "--eval", "--strict", "--json", "program.nix"],
        ],
        program: ("program.nix", "(import ./tailnet.nix).tag.k8s_api\n"),
        errors: &[None, None, Some("attribute 'k8s_api' missing")],
    },
    Language {
        format: "rust",
        file: "tailnet.rs",
        files: &[("rustfmt.toml", "")],
        formatters: &[&["rustfmt", "--edition", "2024", "tailnet.rs"]],
        checkers: &[
            &["rustc", "--edition=2021", "--crate-type=lib", "--emit=metadata", "-Dwarnings", "tailnet.rs"],
            &["rustc", "--edition=2024", "--emit=metadata", "-Dwarnings", "program.rs"],
        ],
        program: (
            "program.rs",
            "mod tailnet;\n\nconst TAG: tailnet::Tag = tailnet::tag::k8s_api;\nconst TEXT: &str = TAG.as_str();\n\n\
             fn main() {\n    println!(\"{TAG} {TEXT} {}\", tailnet::host::db.address());\n}\n",
        ),
        errors: &[None, Some("cannot find value `k8s_api` in module `tailnet::tag`")],
    },
    Language {
        format: "env",
        file: "tailnet.env",
        files: &[],
        formatters: &[],
        checkers: &[&["sh", "-n", "tailnet.env"], &["sh", "-eu", "program.sh"]],
        program: ("program.sh", ". ./tailnet.env\nprintf '%s\\n' \"$TAG_K8S_API\"\n"),
        errors: &[None, Some("TAG_K8S_API")],
    },
];

/// Programs that use no constants, for policies without the tag that the usual programs use.
const EMPTY_PROGRAMS: &[(&str, &str)] = &[
    ("program.ts", "export * from \"./tailnet.js\";\n"),
    ("program.nix", "import ./tailnet.nix\n"),
    ("program.rs", "mod tailnet;\n\nfn main() {}\n"),
    ("program.sh", ". ./tailnet.env\n"),
];

const TSCONFIG: &str = r#"{
  "compilerOptions": {"noEmit": true, "strict": true, "target": "es2022", "module": "nodenext", "types": [],
    "noUncheckedIndexedAccess": true},
  "files": ["program.ts"]
}
"#;

/// The tools of a language.
pub(crate) struct Tools(HashMap<&'static str, PathBuf>);

impl Language {
    /// Finds its tools. If one is missing, the test is skipped or fails.
    pub(crate) fn find_tools(&self) -> Option<Tools> {
        let names = self.formatters.iter().chain(self.checkers).filter_map(|command| command.first().copied());
        names.map(|name| Some((name, require::program(name)?))).collect::<Option<_>>().map(Tools)
    }

    /// Writes the exported names, and a program that uses them.
    pub(crate) fn write(&self, directory: &Path, text: &str, program: Option<(&str, &str)>) {
        let write = |name: &str, text: &str| {
            let file = directory.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        let empty = EMPTY_PROGRAMS.iter().find(|(name, _)| *name == self.program.0).copied();
        self.files.iter().chain(&empty).for_each(|(name, text)| write(name, text));
        if self.format == "typescript" {
            write("tsconfig.json", TSCONFIG);
            write("package.json", "{\"type\": \"module\"}\n");
        }
        write(self.file, text);
        if let Some((name, text)) = program {
            write(name, text);
        }
    }
}

impl Tools {
    /// Runs a command of a language.
    pub(crate) fn run(&self, command: &[&str], directory: &Path) -> Run {
        let (name, arguments) = command.split_first().unwrap();
        let mut command = process::command(&self.0[name], directory, arguments);
        // Terraform ignores the configuration of the user, and does not check for updates.
        command.env("TF_CLI_CONFIG_FILE", directory.join("terraform.rc")).env("CHECKPOINT_DISABLE", "1");
        command.env("GOFLAGS", "-mod=mod").env("GOTOOLCHAIN", "local").env("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1");
        command.output().unwrap().into()
    }
}
