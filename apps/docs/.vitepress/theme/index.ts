/** The default theme without its fonts, in the colours of `style.css`, with the pictures that pages name. */
import Theme from 'vitepress/theme-without-fonts';
import MessagePath from './pictures/MessagePath.vue';
import OwnersOfPartitions from './pictures/OwnersOfPartitions.vue';
import ResumeOrResync from './pictures/ResumeOrResync.vue';
import './style.css';

export default {
  extends: Theme,
  enhanceApp({ app }) {
    app.component('MessagePath', MessagePath);
    app.component('OwnersOfPartitions', OwnersOfPartitions);
    app.component('ResumeOrResync', ResumeOrResync);
  },
} satisfies typeof Theme;
