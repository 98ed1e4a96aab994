package dev.fovea.text.jinja;

import java.util.List;
import java.util.Set;

/** A statement; immutable. Lines are the template's, from 1. */
sealed interface Stmt {

  /** Executes one statement per kind. */
  interface Visitor {
    Flow visit(Text stmt);

    Flow visit(Output stmt);

    Flow visit(If stmt);

    Flow visit(For stmt);

    Flow visit(Assign stmt);

    Flow visit(AssignBlock stmt);

    Flow visit(Macro stmt);

    Flow visit(CallBlock stmt);

    Flow visit(FilterBlock stmt);

    Flow visit(With stmt);

    Flow visit(Generation stmt);

    Flow visit(Jump stmt);

    Flow visit(Block stmt);

    Flow visit(Refused stmt);
  }

  /** Where execution goes on after a statement. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow accept(Visitor visitor);

  int line();

  record Text(String text, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Output(Expr value, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record If(List<Branch> branches, List<Stmt> otherwise, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Branch(Expr test, List<Stmt> body) {}

  /**
   * @param isRecursive whether the body may call {@code loop} with other items
   */
  record For(Items items, boolean isRecursive, List<Stmt> body, List<Stmt> otherwise, int line)
      implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Assign(Target target, Expr value, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** What a loop runs over: {@code condition} filters the items and may be null. */
  record Items(Target target, Expr source, Expr condition) {}

  /** {@code filter} may be null. */
  record AssignBlock(Target target, Expr.Filter filter, List<Stmt> body, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Macro(Callee callee, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /**
   * What a macro and the body of a call block have in common.
   *
   * @param defaults values of the last parameters
   * @param specials which of {@code caller}, {@code varargs}, {@code kwargs} the body reads
   */
  record Callee(
      String name,
      List<String> parameters,
      List<Expr> defaults,
      List<Stmt> body,
      Set<String> specials) {}

  record CallBlock(Expr.Call call, Callee caller, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record FilterBlock(Expr.Filter filter, List<Stmt> body, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code targets} and {@code values} in parallel. */
  record With(List<Target> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** transformers' mark around what the assistant said; renders its body in a scope of its own. */
  record Generation(List<Stmt> body, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /**
   * A named part of the template, rendered where it stands and by {@code self.name()}.
   *
   * @param isScoped whether it sees the variables around it, not only those of the template
   * @param isRequired whether another template would have to give the body
   */
  record Block(String name, List<Stmt> body, boolean isScoped, boolean isRequired, int line)
      implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** A tag that fails where it is reached, as those do that load another template. */
  record Refused(String reason, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(Flow flow, int line) implements Stmt {
    @Override
    public Flow accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** What can be assigned to. */
  sealed interface Target permits NameTarget, MemberTarget, TupleTarget {}

  record NameTarget(String name) implements Target {}

  /** {@code name.attribute}, where {@code name} holds a namespace. */
  record MemberTarget(String name, String attribute) implements Target {}

  record TupleTarget(List<Target> targets) implements Target {}
}
