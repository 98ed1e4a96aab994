package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;

/** The items that pass a test, tested one by one as they are asked for; each costs a step. */
final class FilteredIterator implements Iterator<Object> {
  private final Iterator<Object> items;
  private final Predicate<Object> test;
  private final Budget budget;
  private Object following;
  private boolean hasFollowing;

  FilteredIterator(Iterator<Object> items, Predicate<Object> test, Budget budget) {
    this.items = items;
    this.test = test;
    this.budget = budget;
  }

  @Override
  public boolean hasNext() {
    while (!hasFollowing && items.hasNext()) {
      budget.step();
      following = items.next();
      hasFollowing = test.test(following);
    }
    return hasFollowing;
  }

  @Override
  public Object next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    hasFollowing = false;
    return following;
  }
}
