/**
 * An interpreter for Jinja as chat templates use it, with Python's semantics.
 *
 * <pre>
 * source ─▶ Lexer ─▶ StatementParser ─▶ Stmt, Expr ─▶ Interpreter ─▶ text
 *                    ExpressionParser                 Evaluator, Filters, Tests
 * </pre>
 *
 * <p>The dialect is the one of transformers' {@code apply_chat_template}: jinja2 3.1 in its
 * immutable sandbox; {@code trim_blocks} and {@code lstrip_blocks} are on, auto-escaping is off,
 * and {@code break}, {@code continue} and {@code generation} are tags. All of its statements,
 * filters, tests and globals are there, and the attributes and methods of str, list, tuple, dict,
 * range, int, float and escaped text. This alone is refused on purpose, with a {@link
 * dev.fovea.text.jinja.TemplateException} that says so, never rendered differently:
 *
 * <table>
 * <caption>What is refused</caption>
 * <tr><td>{@code random}, {@code lipsum}</td><td>a prompt is the same each time</td></tr>
 * <tr><td>{@code include}, {@code import}, {@code from}, {@code extends}</td>
 *     <td>a chat template is one file; refused where reached, as jinja2 does without a loader</td></tr>
 * <tr><td>{@code autoescape} with anything but {@code false}</td><td>prompts are no HTML</td></tr>
 * <tr><td>printing functions and generators</td><td>Python prints their address</td></tr>
 * <tr><td>{@code sameas} of equal strings or large numbers</td>
 *     <td>depends on how Python stores them</td></tr>
 * <tr><td>encodings but UTF-8, ASCII, Latin-1; {@code int.to_bytes}, {@code float.fromhex},
 *     escapes {@code \N{...}}, complex powers</td><td>no template was seen that uses one</td></tr>
 * <tr><td>{@code list.pop}, {@code list.clear}</td><td>the sandbox means to hide what modifies</td></tr>
 * </table>
 *
 * <p>Entities that {@code striptags} reads are those of HTML 4's Latin-1 part and a few more.
 *
 * <p>Values are {@code None.NONE}, {@code Boolean}, {@code Long} and {@code BigInteger}, {@code
 * Double}, {@code String}, {@code List}, {@code Map} and the types of this package; Java's null is
 * never a value. Nothing is reached by reflection. Templates come from strangers and texts from
 * everyone, so every rendering has a {@code Budget}: steps, to which texts count by their length, a
 * deadline, depth, and the size of what is made. A {@link dev.fovea.text.jinja.Template} is
 * immutable and may be rendered from any thread; everything else belongs to one rendering. Imports
 * the JDK only.
 */
package dev.fovea.text.jinja;
