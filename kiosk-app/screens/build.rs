//! Compiles the screens, with the translations of `translations/` inside.
fn main() -> Result<(), slint_build::CompileError> {
    println!("cargo:rerun-if-changed=translations");
    let config = slint_build::CompilerConfiguration::new()
        .with_bundled_translations("translations")
        .with_default_translation_context(slint_build::DefaultTranslationContext::None)
        .embed_resources(slint_build::EmbedResourcesKind::EmbedFiles);
    slint_build::compile_with_config("src/app.slint", config)
}
