package dev.fovea.text.jinja;

import java.util.List;

/** An expression; immutable. */
sealed interface Expr {

  /** Evaluates one expression per kind. */
  interface Visitor {
    Object visit(Literal expr);

    Object visit(Name expr);

    Object visit(TupleOf expr);

    Object visit(ListOf expr);

    Object visit(DictOf expr);

    Object visit(Attribute expr);

    Object visit(Item expr);

    Object visit(Slice expr);

    Object visit(Call expr);

    Object visit(Filter expr);

    Object visit(Test expr);

    Object visit(Not expr);

    Object visit(Sign expr);

    Object visit(Binary expr);

    Object visit(Logical expr);

    Object visit(Concat expr);

    Object visit(Compare expr);

    Object visit(Conditional expr);
  }

  Object accept(Visitor visitor);

  /** A constant: None, {@code Boolean}, a number or {@code String}. */
  record Literal(Object value) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Name(String id) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record TupleOf(List<Expr> items) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record ListOf(List<Expr> items) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code keys} and {@code values} in parallel. */
  record DictOf(List<Expr> keys, List<Expr> values) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code target.name}: an attribute first, then an item. */
  record Attribute(Expr target, String name) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code target[key]}: an item first, then an attribute. */
  record Item(Expr target, Expr key) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code target[start:stop:step]}; absent parts are null. */
  record Slice(Expr target, Expr start, Expr stop, Expr step) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Call(Expr callee, ArgumentList arguments) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code input | name(arguments)}; a null input is the body of a block. */
  record Filter(Expr input, String name, ArgumentList arguments) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Test(Expr input, String name, ArgumentList arguments) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Not(Expr operand) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** Unary plus or minus. */
  record Sign(boolean isNegative, Expr operand) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Binary(String operator, Expr left, Expr right) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code and} or {@code or}, answering one of its operands. */
  record Logical(boolean isAnd, Expr left, Expr right) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  record Concat(List<Expr> parts) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** A chain such as {@code a < b <= c}: {@code operators} stand between {@code operands}. */
  record Compare(List<String> operators, List<Expr> operands) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** {@code then if test else otherwise}; {@code otherwise} may be null. */
  record Conditional(Expr test, Expr then, Expr otherwise) implements Expr {
    @Override
    public Object accept(Visitor visitor) {
      return visitor.visit(this);
    }
  }

  /** Arguments as written; {@code star} and {@code doubleStar} may be null. */
  record ArgumentList(List<Expr> positional, List<Keyword> keywords, Expr star, Expr doubleStar) {
    static final ArgumentList NONE = new ArgumentList(List.of(), List.of(), null, null);
  }

  record Keyword(String name, Expr value) {}
}
