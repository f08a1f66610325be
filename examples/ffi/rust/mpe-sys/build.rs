//! Turns the installed headers of libmpe into Rust: constants, structs and functions.
//!
//! MPE_INCLUDE and MPE_LIB name the folders where the headers and the library lie when they are not the usual ones.
use std::fmt::Write;
use std::path::Path;
use std::{env, fs, process};

const HEADERS: [&str; 8] =
    ["version.h", "codes.h", "params.h", "mpe.h", "conditions.h", "health.h", "reply.h", "share.h"];

/// The text of the headers, without comments and the lines of the preprocessor.
fn read_headers() -> Option<String> {
    let folders = env::var("MPE_INCLUDE").map_or(vec!["/usr/local/include".into(), "/usr/include".into()], |f| vec![f]);
    let folder = folders.iter().find(|folder| Path::new(folder).join("mpe/mpe.h").exists())?;
    let mut text = String::new();
    for name in HEADERS {
        let path = Path::new(folder).join("mpe").join(name);
        println!("cargo:rerun-if-changed={}", path.display());
        text += &fs::read_to_string(path).ok()?;
    }
    let uncommented: String = text.split("/*").map(|part| part.rsplit("*/").next().unwrap_or("")).collect();
    Some(uncommented.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n"))
}

/// "const char *name" to ("name", "*const c_char"), "char unit[16]" to ("unit", "[c_char; 16]").
fn declaration(c: &str) -> (String, String) {
    let (c, count) = match c.trim().split_once('[') {
        Some((c, rest)) => (c, Some(rest.trim_end_matches(']'))),
        None => (c.trim(), None),
    };
    let name_at = c.rfind(|ch: char| !ch.is_alphanumeric() && ch != '_').map_or(0, |at| at + 1);
    let (c_type, name) = c.split_at(name_at);
    let base = c_type.trim_start_matches("const ").trim_end_matches(['*', ' ']);
    let mut rust = match base {
        "int32_t" | "mpe_status" => "i32",
        "uint32_t" => "u32",
        "int64_t" => "i64",
        "uint64_t" => "u64",
        "size_t" => "usize",
        "char" => "std::os::raw::c_char",
        "void" => "std::os::raw::c_void",
        other => other,
    }
    .to_string();
    for _ in c_type.matches('*') {
        rust = format!("*{} {}", if c_type.starts_with("const ") { "const" } else { "mut" }, rust);
    }
    (name.to_string(), count.map_or(rust.clone(), |count| format!("[{}; {}]", rust, count)))
}

fn struct_of(name: &str, body: &str) -> String {
    let mut rust = format!("#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {} {{\n", name);
    for member in body.split(';').filter(|member| !member.trim().is_empty()) {
        let (name, rust_type) = declaration(member);
        writeln!(rust, "    pub {}: {},", name, rust_type).unwrap();
    }
    rust + "}\n"
}

fn function_of(prototype: &str) -> Option<String> {
    let (head, rest) = prototype.split_once('(')?;
    let (name, result) = declaration(head);
    let parameters: Vec<String> = rest.split(')').next()?.split(',').filter(|p| p.trim() != "void").map(declaration)
        .map(|(name, rust_type)| format!("{}: {}", name, rust_type)).collect();
    let result = if result.ends_with("c_void") { String::new() } else { format!(" -> {}", result) };
    Some(format!("    pub fn {}({}){};\n", name, parameters.join(", "), result))
}

/// The names of mpe_status, which an error shows.
fn status_names(text: &str) -> Option<String> {
    let body = text.split_once("typedef int32_t mpe_status;")?.1.split_once('{')?.1.split_once('}')?.0;
    let names = body.lines().filter_map(|line| line.trim().split_once(" = "));
    let rows: String = names.map(|(name, _)| format!("    ({0}, \"{0}\"),\n", name)).collect();
    Some(format!("pub const STATUS_NAMES: &[(i32, &str)] = &[\n{}];\n", rows))
}

fn generate(text: &str) -> Option<String> {
    let mut rust = status_names(text)?;
    for line in text.lines() {
        if let Some((name, value)) = line.trim().trim_end_matches(',').split_once(" = ") {
            let value: i32 = value.parse().ok()?;
            writeln!(rust, "pub const {}: i32 = {};", name, value).unwrap();
        }
    }
    for part in text.split("typedef struct ").skip(1) {
        let name = part.split([' ', ';']).next()?;
        let body = part.split_once('{').filter(|(head, _)| !head.contains(';')).map(|(_, rest)| rest);
        match body.and_then(|body| body.split_once('}')) {
            Some((body, _)) if !body.contains("(*") => rust += &struct_of(name, body),
            _ => rust += &format!("#[repr(C)]\npub struct {} {{\n    _private: [u8; 0],\n}}\n", name),
        }
    }
    rust += "extern \"C\" {\n";
    for part in text.split("MPE_API ").skip(1) {
        rust += &function_of(part.split(';').next()?)?;
    }
    Some(rust + "}\n")
}

fn main() {
    println!("cargo:rerun-if-env-changed=MPE_INCLUDE");
    println!("cargo:rerun-if-env-changed=MPE_LIB");
    println!("cargo:rustc-link-lib=mpe");
    if let Ok(folder) = env::var("MPE_LIB") {
        println!("cargo:rustc-link-search=native={}", folder);
    }
    let text = read_headers().unwrap_or_else(|| {
        eprintln!("There is no mpe/mpe.h: install libmpe: its package libmpe-dev, or 'make install && ldconfig' in its \
                   source tree.");
        process::exit(1);
    });
    let rust = generate(&text).expect("the headers of libmpe are written as ever");
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("mpe.rs"), rust).unwrap();
}
