/**
 * An interpreter for the part of Jinja that chat templates use, with Python's semantics.
 *
 * <pre>
 * source ─▶ Lexer ─▶ StatementParser ─▶ Stmt, Expr ─▶ Interpreter ─▶ text
 *                    ExpressionParser                 Evaluator, Filters, Tests
 * </pre>
 *
 * <p>The dialect is the one of transformers' {@code apply_chat_template}: {@code trim_blocks} and
 * {@code lstrip_blocks} are on, auto-escaping is off, built-in containers cannot be modified, and
 * {@code break}, {@code continue} and {@code generation} are tags. What is not built is refused
 * with a {@link dev.fovea.text.jinja.TemplateException}, never rendered differently.
 *
 * <p>Values are {@code null} (None), {@code Boolean}, {@code Long}, {@code Double}, {@code String},
 * {@code List}, {@code Map} and the types of this package; nothing is reached by reflection.
 * Templates come from strangers, so every rendering has a {@code Budget}. A {@link
 * dev.fovea.text.jinja.Template} is immutable and may be rendered from any thread; everything else
 * belongs to one rendering. Imports the JDK only.
 */
package dev.fovea.text.jinja;
