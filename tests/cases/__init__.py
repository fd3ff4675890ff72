"""The assignment suite: one file per part of the handout, one class per problem."""
